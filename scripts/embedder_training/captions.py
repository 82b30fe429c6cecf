"""What the training pictures may be called: a few wordings each, synonyms included.

Customers and shops name the same thing differently; a wording that training never saw is where a
small text tower fails (research: zero-shot on reworded garments fell from 88 % to 49 %).
"""

from collections.abc import Sequence
from pathlib import Path

from scripts.embedder_training.pictures import Picture, eshop_products, grocery_products

GARMENTS: dict[str, tuple[str, ...]] = {
    "dress": ("dress", "gown", "frock", "summer dress", "evening dress", "maxi dress"),
    "hat": ("hat", "cap", "baseball cap", "beanie", "bonnet", "headwear", "sun hat"),
    "longsleeve": (
        "longsleeve", "long sleeve top", "long-sleeved shirt", "sweater", "jumper", "pullover",
        "sweatshirt", "long sleeve tee", "knitted top",
    ),
    "outwear": (
        "outwear", "outerwear", "jacket", "coat", "parka", "anorak", "windbreaker", "blazer",
        "winter jacket", "warm coat", "rain jacket", "hoodie",
    ),
    "pants": (
        "pants", "trousers", "slacks", "jeans", "denim pants", "chinos", "leggings", "long pants",
        "sweatpants", "joggers",
    ),
    "shirt": (
        "shirt", "button-up shirt", "blouse", "dress shirt", "collared shirt", "button-down",
        "flannel shirt", "formal shirt",
    ),
    "shoes": (
        "shoes", "a pair of shoes", "sneakers", "trainers", "footwear", "boots", "running shoes",
        "leather shoes", "sandals", "heels",
    ),
    "shorts": ("shorts", "short pants", "short trousers", "bermuda shorts", "denim shorts",
               "gym shorts", "swim trunks"),
    "skirt": ("skirt", "mini skirt", "pleated skirt", "pencil skirt", "long skirt", "miniskirt"),
    "t-shirt": ("t-shirt", "tee", "tee shirt", "t shirt", "short sleeve top", "tank top",
                "graphic tee", "crew neck tee", "jersey top"),
}  # fmt: skip
"""Class of clothing-dataset-small -> what a shop may call it, the class name first."""

PRODUCE: dict[str, tuple[str, ...]] = {
    "Zucchini": ("courgette", "courgettes", "green squash", "summer squash"),
    "Aubergine": ("eggplant", "brinjal", "eggplants"),
    "Red Beet": ("beetroot", "beets", "red beetroot"),
    "Satsumas": ("satsuma", "mandarin", "tangerine", "clementine", "easy peelers"),
    "Cantaloupe": ("cantaloupe melon", "rockmelon", "orange melon"),
    "Honeydew Melon": ("honeydew", "green melon"),
    "Red Grapefruit": ("grapefruit", "pink grapefruit", "ruby grapefruit"),
    "Passion Fruit": ("passionfruit", "granadilla", "maracuja"),
    "Papaya": ("pawpaw", "papaw"),
    "Kiwi": ("kiwi fruit", "kiwifruit", "green kiwi"),
    "Leek": ("leeks",),
    "Yellow Onion": ("brown onion", "onions", "onion"),
    "Brown Cap Mushroom": ("chestnut mushroom", "cremini", "mushrooms", "brown mushrooms"),
    "Green Bell Pepper": ("green capsicum", "green sweet pepper", "green paprika"),
    "Orange Bell Pepper": ("orange capsicum", "orange sweet pepper", "orange paprika"),
    "Red Bell Pepper": ("red capsicum", "red sweet pepper", "red paprika"),
    "Yellow Bell Pepper": ("yellow capsicum", "yellow sweet pepper", "yellow paprika"),
    "Floury Potato": ("baking potato", "mealy potato", "potatoes"),
    "Solid Potato": ("waxy potato", "boiling potato", "new potatoes"),
    "Sweet Potato": ("yam", "kumara", "sweet potatoes"),
    "Beef Tomato": ("beefsteak tomato", "large tomato"),
    "Vine Tomato": ("tomatoes on the vine", "truss tomatoes", "cherry tomatoes on the vine"),
    "Regular Tomato": ("tomato", "tomatoes", "red tomatoes", "salad tomato"),
    "Carrots": ("carrot", "orange carrots"),
    "Cabbage": ("white cabbage", "green cabbage", "head of cabbage"),
    "Cucumber": ("cucumbers", "salad cucumber"),
    "Ginger": ("ginger root", "fresh ginger"),
    "Garlic": ("garlic bulb", "head of garlic"),
    "Asparagus": ("green asparagus", "asparagus spears"),
    "Avocado": ("avocados", "alligator pear", "hass avocado"),
    "Banana": ("bananas", "bunch of bananas"),
    "Lemon": ("lemons", "yellow citrus"),
    "Lime": ("limes", "green citrus"),
    "Orange": ("oranges", "orange citrus fruit"),
    "Plum": ("plums",),
    "Peach": ("peaches",),
    "Nectarine": ("nectarines", "smooth peach"),
    "Mango": ("mangoes",),
    "Pineapple": ("pineapples", "ananas"),
    "Pomegranate": ("pomegranates",),
    "Watermelon": ("water melon",),
}
"""Grocery title -> other names of the same thing."""

CATEGORIES: dict[str, tuple[str, ...]] = {
    "Yoghurt": ("yogurt", "yoghurt"),
    "Soyghurt": ("soy yogurt", "plant-based yogurt", "dairy-free yoghurt"),
    "Oatghurt": ("oat yogurt", "plant-based yogurt", "vegan yoghurt"),
    "Oat Milk": ("oat drink", "plant milk"),
    "Soy Milk": ("soya milk", "soy drink", "plant milk"),
    "Sour Milk": ("filmjolk", "buttermilk", "fermented milk"),
    "Sour Cream": ("creme fraiche", "soured cream"),
    "Juice": ("juice carton", "fruit juice", "carton of juice"),
    "Milk": ("milk carton", "carton of milk", "dairy milk"),
}
"""Grocery category -> other names of the category."""

ESHOP_TYPES: dict[str, tuple[str, ...]] = {
    "Footwear": ("shoes", "footwear", "hiking shoes", "boots"),
    "Climbing": ("climbing gear", "climbing equipment"),
    "Ski/boarding": ("ski gear", "snow sports equipment"),
    "Bags": ("bag", "rucksack", "backpack", "luggage"),
    "Jackets": ("jacket", "coat", "outerwear"),
    "Navigation": ("navigation device", "gps device", "outdoor electronics"),
    "Cycling": ("bike gear", "cycling equipment", "bicycle accessory"),
    "Trekking": ("camping gear", "trekking equipment", "hiking gear"),
}
"""eShop type -> other names of the type."""

TEMPLATES = ("{}", "a {}", "a photo of {}", "a photo of a {}", "{} for sale", "product photo of {}")


def captions_of(pictures: Sequence[Picture], root: Path) -> dict[str, list[str]]:
    """Gives each caption key of the pictures its wordings, plain ones, lower case.

    Args:
        pictures: those of one training run; other products' wordings are left out.
        root: folder of the data sets.
    """
    known = {**_grocery(root), **_eshop(root), **_garments()}
    wanted = sorted({picture.caption for picture in pictures if picture.caption})
    return {key: known.get(key) or [key.replace("-", " ")] for key in wanted}


def coloured_captions_of(pictures: Sequence[Picture]) -> dict[str, list[str]]:
    """Gives each colour-and-garment key of the pictures its wordings: "red dress", "red gown"."""
    wanted = sorted({(coloured_key(p), p.colour, p.label) for p in pictures if p.colour})
    return {
        key: [f"{colour} {name}" for name in GARMENTS[label][:4]] for key, colour, label in wanted
    }


def coloured_key(picture: Picture) -> str:
    """Gives the key of a picture's coloured caption; empty: its colour is not known."""
    return f"{picture.caption}-{picture.colour}" if picture.colour else ""


def phrased(name: str) -> list[str]:
    """Gives a name in the sentences that people put around it."""
    return [template.format(name) for template in TEMPLATES]


def _grocery(root: Path) -> dict[str, list[str]]:
    captions = {}
    for product in grocery_products(root):
        title, category = product["title"], product["category"]
        names = [title, *PRODUCE.get(title, ())]
        if category.lower() not in title.lower():
            names.append(f"{title} {category}")
        for other in CATEGORIES.get(category, ()):
            names.append(f"{title.replace(category, '').strip()} {other}")
        captions[product["id"]] = [name.lower() for name in names]
    return captions


def _eshop(root: Path) -> dict[str, list[str]]:
    captions = {}
    for product in eshop_products(root):
        name, kind = product["Name"].lower(), ESHOP_TYPES[product["Type"]]
        captions[f"eshop-{product['Id']}"] = [
            name, name, f"{product['Brand']} {name}".lower(), f"{name}, {kind[0]}",
        ]  # fmt: skip
    return captions


def _garments() -> dict[str, list[str]]:
    # The class name counts three times: the other names fit only some of its pictures.
    return {f"clothing-{kind}": [names[0]] * 3 + list(names) for kind, names in GARMENTS.items()}
