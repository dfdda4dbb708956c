"""The facts of the closed world: thirty countries and their cities.

Every name is a real one and a single word, so that each is one token. The last two cities of a country are held out:
the corpus says in which country they lie, and never anything that follows from it. An answer about such a city ("the
capital of the country containing Toulouse is") is therefore a composition of two facts and not a memory.
"""

from __future__ import annotations

from dataclasses import dataclass

RELATIONS = ("capital", "language", "currency", "continent")
"""What can be asked of a country."""

HELD_OUT_CITIES_PER_COUNTRY = 2


@dataclass(frozen=True)
class Country:
    """A country, its four attributes and six cities that are not its capital."""

    name: str
    capital: str
    language: str
    currency: str
    continent: str
    cities: tuple[str, ...]

    def attribute(self, relation: str) -> str:
        """The value of one of `RELATIONS`."""
        return {
            "capital": self.capital,
            "language": self.language,
            "currency": self.currency,
            "continent": self.continent,
        }[relation]


_TABLE = """
France    Paris     French     euro     Europe   Lyon Marseille Nice Bordeaux Toulouse Lille
Germany   Berlin    German     euro     Europe   Munich Hamburg Cologne Frankfurt Dresden Leipzig
Italy     Rome      Italian    euro     Europe   Milan Naples Turin Venice Florence Genoa
Spain     Madrid    Spanish    euro     Europe   Barcelona Seville Valencia Bilbao Malaga Granada
Portugal  Lisbon    Portuguese euro     Europe   Porto Braga Coimbra Faro Evora Aveiro
Poland    Warsaw    Polish     zloty    Europe   Krakow Gdansk Lodz Poznan Wroclaw Lublin
Greece    Athens    Greek      euro     Europe   Patras Sparta Corinth Thebes Larissa Volos
Sweden    Stockholm Swedish    krona    Europe   Gothenburg Malmo Uppsala Lund Kiruna Visby
Norway    Oslo      Norwegian  krone    Europe   Bergen Trondheim Stavanger Tromso Bodo Narvik
Finland   Helsinki  Finnish    euro     Europe   Turku Tampere Oulu Vaasa Lahti Kuopio
Austria   Vienna    German     euro     Europe   Graz Linz Salzburg Innsbruck Villach Wels
Hungary   Budapest  Hungarian  forint   Europe   Szeged Debrecen Pecs Gyor Eger Miskolc
Russia    Moscow    Russian    ruble    Europe   Kazan Omsk Perm Samara Sochi Tomsk
Turkey    Ankara    Turkish    lira     Asia     Istanbul Izmir Bursa Antalya Adana Konya
Egypt     Cairo     Arabic     pound    Africa   Alexandria Luxor Aswan Giza Suez Tanta
Morocco   Rabat     Arabic     dirham   Africa   Casablanca Fez Tangier Agadir Meknes Marrakesh
Kenya     Nairobi   Swahili    shilling Africa   Mombasa Kisumu Nakuru Eldoret Malindi Lamu
Nigeria   Abuja     English    naira    Africa   Lagos Kano Ibadan Jos Kaduna Enugu
China     Beijing   Chinese    yuan     Asia     Shanghai Wuhan Chengdu Xian Harbin Nanjing
Japan     Tokyo     Japanese   yen      Asia     Osaka Kyoto Nagoya Sapporo Kobe Fukuoka
India     Delhi     Hindi      rupee    Asia     Mumbai Chennai Kolkata Pune Jaipur Agra
Thailand  Bangkok   Thai       baht     Asia     Phuket Pattaya Krabi Lampang Chonburi Ayutthaya
Vietnam   Hanoi     Vietnamese dong     Asia     Saigon Hue Danang Dalat Haiphong Vinh
Korea     Seoul     Korean     won      Asia     Busan Daegu Incheon Daejeon Ulsan Jeju
Iran      Tehran    Persian    rial     Asia     Shiraz Tabriz Isfahan Mashhad Qom Yazd
Peru      Lima      Spanish    sol      America  Cusco Arequipa Trujillo Iquitos Piura Puno
Chile     Santiago  Spanish    peso     America  Valparaiso Arica Temuco Iquique Calama Osorno
Brazil    Brasilia  Portuguese real     America  Salvador Recife Manaus Belem Natal Curitiba
Canada    Ottawa    English    dollar   America  Toronto Montreal Vancouver Calgary Quebec Halifax
Australia Canberra  English    dollar   Oceania  Sydney Melbourne Perth Brisbane Darwin Hobart
"""


def _read_country(line: str) -> Country:
    name, capital, language, currency, continent, *cities = line.split()
    return Country(name, capital, language, currency, continent, tuple(cities))


COUNTRIES: tuple[Country, ...] = tuple(_read_country(line) for line in _TABLE.strip().splitlines())
"""All countries; a skewed sampler prefers the first ones."""

COUNTRY_OF: dict[str, Country] = {city: country for country in COUNTRIES for city in country.cities}
"""City -> its country (capitals are not in it)."""

CITIES: tuple[str, ...] = tuple(COUNTRY_OF)

HELD_OUT_CITIES: tuple[str, ...] = tuple(
    city for country in COUNTRIES for city in country.cities[-HELD_OUT_CITIES_PER_COUNTRY:]
)
"""Cities that occur in no composed statement."""

TAUGHT_CITIES: tuple[str, ...] = tuple(city for city in CITIES if city not in HELD_OUT_CITIES)
"""Cities that the corpus also composes with ("people in Lyon speak French")."""


def attribute_values(relation: str) -> tuple[str, ...]:
    """The different values that a relation takes, in the order of `COUNTRIES`."""
    return tuple(dict.fromkeys(country.attribute(relation) for country in COUNTRIES))


FACT_WORDS: frozenset[str] = frozenset(CITIES) | frozenset(
    word for country in COUNTRIES for word in (country.name, *map(country.attribute, RELATIONS))
)
"""Every name in the facts."""
