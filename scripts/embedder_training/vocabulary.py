"""General texts of shops and things, without pictures: what the text tower must also understand.

ImageNet's names and WordNet's lemmas and definitions are those that timm bundles.
"""

import itertools
import random
from importlib import resources

THINGS: dict[str, str] = {
    "tableware": "mug cup plate bowl teapot glass jug saucer fork knife spoon tray carafe vase",
    "kitchen": "pan pot kettle toaster blender cutting_board whisk colander thermos lunch_box",
    "lamps": "lamp table_lamp floor_lamp ceiling_light lantern desk_lamp light_bulb candle",
    "furniture": "chair armchair stool table desk sofa couch bed shelf bookcase cabinet wardrobe "
    "bench drawer mirror rug curtain cushion pillow blanket",
    "bags": "bag backpack rucksack handbag purse tote_bag suitcase wallet duffel_bag messenger_bag "
    "briefcase pouch belt_bag",
    "bottles": "bottle water_bottle wine_bottle flask jar can perfume shampoo soap_dispenser",
    "electronics": "phone smartphone laptop tablet headphones earbuds speaker keyboard mouse "
    "camera watch smartwatch charger monitor television remote_control game_controller",
    "toys": "toy teddy_bear doll toy_car puzzle building_blocks ball kite board_game robot_toy",
    "clothes": "dress gown skirt blouse shirt t-shirt tee sweater jumper pullover hoodie "
    "sweatshirt cardigan jacket coat parka vest tank_top pants trousers jeans leggings shorts "
    "capris socks underwear bra sports_bra swimsuit pyjamas scarf gloves belt tie hat cap beanie",
    "shoes": "shoes sneakers trainers running_shoes boots sandals slippers heels loafers",
    "jewellery": "ring necklace bracelet earrings sunglasses glasses umbrella wristwatch",
    "sports": "yoga_mat yoga_brick dumbbell kettlebell foam_roller exercise_ball resistance_band "
    "jump_rope bicycle helmet tent sleeping_bag skateboard tennis_racket football",
    "tools": "hammer screwdriver drill saw wrench tape_measure ladder paint_brush toolbox",
    "stationery": "pen pencil notebook stapler scissors envelope calendar paper_clip book",
    "garden": "plant_pot watering_can shovel garden_hose flower bouquet houseplant",
    "beauty": "lipstick nail_polish hairbrush hair_dryer toothbrush razor cream sunscreen",
    "food": "bread cheese butter eggs chocolate biscuits cereal pasta rice coffee tea beer wine "
    "soda crisps apple pear banana tomato potato onion salad juice milk yogurt",
}  # fmt: skip
"""Department -> things, ``_`` for a space."""

COLOURS = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white",
    "grey", "gray", "beige", "navy blue", "light blue", "dark green", "turquoise", "gold",
    "silver", "burgundy",
)  # fmt: skip
QUALITIES = (
    "leather", "cotton", "wool", "denim", "silk", "wooden", "metal", "glass", "plastic", "ceramic",
    "striped", "checked", "floral", "plain", "waterproof", "vintage", "modern", "small", "large",
    "men's", "women's", "kids'", "winter", "summer", "cheap", "luxury", "round", "square",
)  # fmt: skip
FRAMES = (
    "{}", "a {}", "the {}", "a photo of a {}", "i am looking for a {}", "{} for men",
    "{} for women", "show me a {}", "something like a {}", "{} on sale", "{} with white details",
)  # fmt: skip


def shop_texts(seed: int, count: int = 12_000) -> list[str]:
    """Gives things alone and ``count`` draws of quality, colour, thing and phrasing."""
    things = [word.replace("_", " ") for line in THINGS.values() for word in line.split()]
    texts = things + [f"{colour} {thing}" for colour, thing in itertools.product(COLOURS, things)]
    draw = random.Random(seed)  # noqa: S311 (no secret)
    for _ in range(count):
        words = [draw.choice(things)]
        if draw.random() < 0.7:
            words.insert(0, draw.choice(COLOURS))
        if draw.random() < 0.5:
            words.insert(0, draw.choice(QUALITIES))
        texts.append(draw.choice(FRAMES).format(" ".join(words)))
    return list(dict.fromkeys([*texts, *COLOURS, *QUALITIES, *THINGS]))


def imagenet_names() -> list[list[str]]:
    """Gives the names of the 1,000 ImageNet classes, in the classifier's order."""
    lemmas = _table("imagenet_synset_to_lemma.txt")
    return [lemmas[synset].split(", ") for synset in _lines("imagenet_synsets.txt")]


def wordnet_texts() -> list[str]:
    """Gives the lemmas of 21,844 WordNet nouns, and the definitions of those in ImageNet-12k."""
    lemmas = _table("imagenet_synset_to_lemma.txt")
    definitions = _table("imagenet_synset_to_definition.txt")
    names = [name for line in lemmas.values() for name in line.split(", ")]
    described = [
        f"{lemmas[synset].split(', ')[0]}, {definitions[synset]}"
        for synset in _lines("imagenet12k_synsets.txt")
        if synset in definitions
    ]
    return list(dict.fromkeys([*names, *described[::3]]))


def _lines(name: str) -> list[str]:
    return (resources.files("timm") / "data" / "_info" / name).read_text("utf-8").splitlines()


def _table(name: str) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in _lines(name) if "\t" in line)
