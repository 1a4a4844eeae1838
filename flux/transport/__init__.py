"""Where files come from and stay: SFTP folders and the staging store, behind one small interface each."""
