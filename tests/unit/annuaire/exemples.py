"""Directory files of any size, as CSV and as F14 exports."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from flux.annuaire import Entree, FauteAnnuaire, Production, Service, Structure, lire_annuaire

TITRES = "siret;code_service;nom;actif;engagement_requis;service_requis;engagement_ou_service;moa;moa_unique;statut_mise_en_paiement;etat"
_RACINE = "AnnuaireConsultationF14"


def siret(n: int) -> str:
    return f"{10_000_000_000_000 + n}"


def structures(nombre: int) -> Iterator[Structure]:
    for n in range(nombre):
        yield Structure(
            siret(n),
            f"Collectivité n° {n} « Éà »",
            actif=n % 50 != 49,
            engagement_requis=n % 5 == 0,
            service_requis=n % 3 == 0,
            engagement_ou_service=n % 7 == 0,
            moa=n % 11 == 0,
            moa_unique=n % 100 == 13,
            statut_mise_en_paiement=n % 2 == 0,
        )


def services(nombre: int, par_structure: int = 2) -> Iterator[Service]:
    for n in range(nombre):
        for rang in range(par_structure):
            yield Service(siret(n), f"SERV-{rang}-{n % 1000}", f"Service {rang}", actif=n % 20 != 19, engagement_requis=n % 4 == 0)


def _ouinon(*valeurs: bool) -> str:
    return ";".join("oui" if v else "non" for v in valeurs)


def ligne_csv(v: Structure | Service) -> str:
    if isinstance(v, Service):
        return f"{v.siret};{v.code};{v.nom};{_ouinon(v.actif, v.engagement_requis)};;;;;;"
    drapeaux = (v.service_requis, v.engagement_ou_service, v.moa, v.moa_unique, v.statut_mise_en_paiement, v.etat)
    return f"{v.siret};;{v.nom};{_ouinon(v.actif, v.engagement_requis, *drapeaux)}"


def ecrire_csv(chemin: Path, valeurs: Iterable[Structure | Service]) -> Path:
    with chemin.open("w", encoding="utf-8") as fichier:
        fichier.write(TITRES + "\n")
        fichier.writelines(ligne_csv(v) + "\n" for v in valeurs)
    return chemin


def _b2g(v: Structure) -> str:
    noms = ("EngagementJuridique", "Service", "EngJurServ", "MOA", "MOAunique", "StatutMiseEnPaiement")
    drapeaux = (v.engagement_requis, v.service_requis, v.engagement_ou_service, v.moa, v.moa_unique, v.statut_mise_en_paiement)
    return "".join(f"<{nom}>{drapeau}</{nom}>" for nom, drapeau in zip(noms, drapeaux, strict=True))


def etablissement(v: Structure, *, b2g: bool = True, motif: str = "C") -> str:
    donnees = f"<DonneesB2G>{_b2g(v)}</DonneesB2G>" if b2g else ""
    return (
        f"<Etablissement><IdInstance>1</IdInstance><MotifPresence>{motif}</MotifPresence><Statut>{'A' if v.actif else 'I'}</Statut>"
        f'<IdSIRET qualifiant="0009">{v.siret}</IdSIRET><TypeEtablissement>P</TypeEtablissement><Nom>{v.nom}</Nom>'
        f"<LigneAdresse1>1 rue X</LigneAdresse1><Localite>Y</Localite><CP>75001</CP><CodePays>FR</CodePays>{donnees}"
        "<Diffusible>O</Diffusible></Etablissement>"
    )


def code_routage(v: Service, *, motif: str = "C") -> str:
    return (
        f"<CodeRoutage><IdInstance>2</IdInstance><MotifPresence>{motif}</MotifPresence><Statut>{'A' if v.actif else 'I'}</Statut>"
        f'<IdSIRET qualifiant="0009">{v.siret}</IdSIRET><IdRoutage qualifiant="0224">{v.code}</IdRoutage><Nom>{v.nom}</Nom>'
        f"<EngagementJuridique>{v.engagement_requis}</EngagementJuridique></CodeRoutage>"
    )


def unite(siren: str, genre: str) -> str:
    return (
        "<UniteLegale><IdInstance>0</IdInstance><MotifPresence>C</MotifPresence><Statut>A</Statut>"
        f'<IdSIREN qualifiant="0002">{siren}</IdSIREN><Nom>U</Nom><TypeEntite>{genre}</TypeEntite></UniteLegale>'
    )


def ecrire_f14(
    chemin: Path,
    etablissements: Iterable[str],
    codes: Iterable[str] = (),
    *,
    unites: Iterable[str] = (),
    genre: str = "C",
    le: str = "20261101063000",
    precedent: str | None = None,
) -> Path:
    with chemin.open("w", encoding="utf-8") as f:
        f.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<{_RACINE}><HorodateProduction>{le}</HorodateProduction>')
        f.write(f"<DernierHorodateProduction>{precedent}</DernierHorodateProduction>" if precedent else "")
        f.write(f"<TypeFlux>{genre}</TypeFlux>\n")
        for bloc, elements in (("UnitesLegales", unites), ("Etablissements", etablissements), ("CodesRoutage", codes)):
            f.write(f"<Bloc{bloc}>")
            f.writelines(element + "\n" for element in elements)
            f.write(f"</Bloc{bloc}>")
        f.write("<BlocLignesAnnuaire><LigneAnnuaire><IdInstance>9</IdInstance></LigneAnnuaire></BlocLignesAnnuaire>")
        f.write(f"</{_RACINE}>\n")
    return chemin


def lire(*fichiers: Path) -> tuple[list[Structure | Service], list[FauteAnnuaire], list[Production]]:
    tout = list(lire_annuaire(fichiers))
    return (
        [one.valeur for one in tout if isinstance(one, Entree)],
        [one for one in tout if isinstance(one, FauteAnnuaire)],
        [one for one in tout if isinstance(one, Production)],
    )
