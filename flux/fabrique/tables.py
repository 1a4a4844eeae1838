"""What example invoices are drawn from: recipients, suppliers, articles. Names and numbers are invented."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from flux.fabrique.identifiants import numero_tva, siren, siret
from flux.modele.facture import Adresse, Contact, Identifiant, Partie


@dataclass(frozen=True, slots=True)
class Destinataire:
    """A public recipient as the directory knows it.

    :ivar services: its service codes, at least one. :ivar service_requis: a service code is mandatory (DT-4-13-2).
    :ivar engagement_requis: an engagement number is mandatory (DT-4-13-1).
    """

    nom: str
    numero: int
    ligne: str
    code_postal: str
    ville: str
    services: tuple[str, ...]
    service_requis: bool = False
    engagement_requis: bool = False

    @property
    def siret(self) -> str:
        """SIRET of the recipient."""
        return siret(siren(self.numero))


DESTINATAIRES: tuple[Destinataire, ...] = (
    Destinataire("Commune de Valfleury-les-Bains", 1001, "1 place de la Mairie", "42320", "Valfleury-les-Bains", ("MAIRIE",)),
    Destinataire(
        "Commune de Saint-Éloi-sur-Orne",
        1002,
        "12 rue de l'Église",
        "61100",
        "Saint-Éloi-sur-Orne",
        ("FINANCES", "TECHNIQUE"),
        service_requis=True,
    ),
    Destinataire("Communauté de communes du Haut Vignoble", 1003, "3 avenue des Vignes", "51160", "Haut-Vignoble", ("CC-HV",)),
    Destinataire(
        "Métropole de Port-Marais",
        1004,
        "40 quai de l'Arsenal",
        "17000",
        "Port-Marais",
        ("DGFIN-01", "DGFIN-02", "VOIRIE-3"),
        service_requis=True,
        engagement_requis=True,
    ),
    Destinataire(
        "Département de la Haute-Rive",
        1005,
        "8 cours des États",
        "38000",
        "Haute-Rive",
        ("COLLEGES", "ROUTES", "SOCIAL"),
        service_requis=True,
    ),
    Destinataire(
        "Région Grand-Plateau", 1006, "2 boulevard de la Région", "63000", "Clairmont", ("LYCEES", "TRANSPORTS"), engagement_requis=True
    ),
    Destinataire(
        "Centre hospitalier de Montbrun",
        1007,
        "100 route de l'Hôpital",
        "26570",
        "Montbrun",
        ("PHARMACIE", "ACHATS"),
        engagement_requis=True,
    ),
    Destinataire("Hôpital intercommunal des Deux Vallées", 1008, "5 chemin des Sources", "73200", "Deux-Vallées", ("SE01",)),
    Destinataire(
        "Université de Belle-Île-en-Plaine",
        1009,
        "1 rue des Savants",
        "45000",
        "Belle-Île-en-Plaine",
        ("UFR-SCI", "SCD", "DSI"),
        service_requis=True,
        engagement_requis=True,
    ),
    Destinataire("Lycée Sophie-Germain", 1010, "27 rue des Nombres", "80000", "Amiol", ("INTENDANCE",)),
    Destinataire(
        "Office public de l'habitat du Val", 1011, "9 allée des Tilleuls", "37000", "Tourval", ("GESTION",), engagement_requis=True
    ),
    Destinataire("SDIS de la Haute-Rive", 1012, "18 rue des Pompiers", "38100", "Haute-Rive", ("LOGISTIQUE",)),
    Destinataire(
        "Préfecture de la Haute-Rive",
        1013,
        "1 place de la République",
        "38021",
        "Haute-Rive",
        ("D0001BUD38", "D0002RHU38"),
        service_requis=True,
        engagement_requis=True,
    ),
    Destinataire("Musée national des Techniques", 1014, "60 rue du Conservatoire", "75003", "Paris", ("MNT-ADM",), engagement_requis=True),
)

_FORMES = ("SARL", "SAS", "SA", "SCOP", "EURL")
_NOMS = (
    "Ateliers Brunel", "Papeterie du Faubourg", "Dubois & Fils", "Électricité Rhodanienne", "Horizon Numérique", "Maçonnerie Lefèvre",
    "Transports Garonne", "Saveurs de Loire", "Nettoyage Éclat", "Jardins de Gascogne", "Librairie L'Écritoire", "Cabinet Aubépine",
    "Pharma Distribution Ouest", "Chauffage & Confort", "Mobilier Scolaire Perrin", "Imprimerie Gutenberg", "Forges du Morvan",
    "Formation Plus", "Sécurité Vigie", "Menuiserie Chênes d'Art", "Bureau d'études Arpent", "Peinture Arc-en-ciel", "Réseaux Alpins",
    "Blanchisserie Nord-Sud",
)  # fmt: skip
_VOIES = ("rue des Artisans", "avenue de l'Industrie", "zone artisanale des Prés", "boulevard Voltaire", "chemin du Moulin", "quai Rambaud")
_VILLES = (("69007", "Lyon"), ("31000", "Toulouse"), ("44000", "Nantes"), ("59800", "Lille"), ("35000", "Rennes"), ("13003", "Marseille"))
_CONTACTS = ("Camille Moreau", "Noé Fournier", "Chloé Lefèvre", "Inès Girard", "Hugo Bonnet", "Maëlle Roux")

#: How many suppliers :func:`fournisseur` knows.
FOURNISSEURS = 240


@lru_cache(maxsize=FOURNISSEURS)
def fournisseur(n: int) -> Partie:
    """Return supplier ``n`` (0 to :data:`FOURNISSEURS` - 1), with SIRET, SIREN, VAT number and electronic address."""
    entite = siren(2001 + n)
    forme, nom = _FORMES[n % len(_FORMES)], _NOMS[n % len(_NOMS)]
    suite = f" {n // len(_NOMS) + 1}" if n >= len(_NOMS) else ""
    code_postal, ville = _VILLES[n % len(_VILLES)]
    contact = _CONTACTS[n % len(_CONTACTS)]
    return Partie(
        nom=f"{nom}{suite} {forme}",
        nom_commercial=nom if n % 3 == 0 else None,
        identifiants=(Identifiant(siret(entite, 1 + n % 3), "0009"),),
        identifiant_legal=Identifiant(entite, "0002"),
        tva=numero_tva(entite),
        information_legale=f"{forme} au capital de {(1 + n % 50) * 1000} EUR, RCS {ville}" if n % 2 == 0 else None,
        adresse_electronique=Identifiant(entite, "0225"),
        adresse=Adresse(ligne1=f"{1 + n * 7 % 120} {_VOIES[n % len(_VOIES)]}", code_postal=code_postal, ville=ville, pays="FR"),
        contact=Contact(nom=contact, telephone=f"+33 4 99 00 {n // 100:02d} {n % 100:02d}", courriel=f"facturation{n}@exemple.test"),
    )


@dataclass(frozen=True, slots=True)
class Article:
    """Something sold: its unit (Rec. 20), the range of its price in cents, its VAT category and rate."""

    nom: str
    unite: str
    prix: tuple[int, int]
    taux: Decimal
    categorie: str = "S"
    description: str | None = None


_T20, _T10, _T5, _T2, _T0 = Decimal("20.00"), Decimal("10.00"), Decimal("5.50"), Decimal("2.10"), Decimal("0.00")

BIENS: tuple[Article, ...] = (
    Article("Ramette de papier A4 80 g", "H87", (320, 590), _T20, description="Papier recyclé, 500 feuilles, blancheur 90"),
    Article("Cartouche d'encre noire", "H87", (1890, 6490), _T20),
    Article("Écran 24 pouces", "H87", (11900, 24900), _T20, description='Écran LED 24" <Full HD>, pied réglable'),
    Article("Table d'écolier réglable", "H87", (5900, 9900), _T20),
    Article("Sel de déneigement", "KGM", (18, 42), _T20),
    Article("Câble cuivre 3 x 2,5 mm²", "MTR", (95, 240), _T20),
    Article("Manuel de mathématiques, 6e", "H87", (1450, 2450), _T5),
    Article("Denrées alimentaires pour restauration scolaire", "KGM", (210, 1290), _T5),
    Article("Médicament remboursable, boîte de 30", "H87", (250, 4590), _T2),
    Article("Électricité", "KWH", (9, 21), _T20, description="Consommation relevée au compteur"),
    Article("Bois de chauffage", "MTQ", (6900, 9800), _T10),
)
SERVICES: tuple[Article, ...] = (
    Article("Entretien des espaces verts", "HUR", (3200, 5400), _T20),
    Article("Maintenance du chauffage", "LS", (45000, 190000), _T20, description="Contrat annuel, visite d'automne & réglages"),
    Article("Assistance informatique", "DAY", (39000, 85000), _T20),
    Article("Nettoyage des locaux", "MTK", (120, 380), _T20),
    Article("Transport scolaire", "KMT", (180, 420), _T10),
    Article("Rénovation de logements sociaux", "HUR", (3800, 6200), _T5),
    Article("Repas servis", "H87", (390, 890), _T10),
    Article("Étude de sol", "LS", (120000, 480000), _T20),
    Article("Formation continue des agents", "DAY", (60000, 140000), _T0, categorie="E"),
)
#: BT-120 and BT-121 of the exempt articles above.
EXONERATION = ("Exonération de TVA, article 261-4-4° a du CGI", "VATEX-EU-132-1I")
