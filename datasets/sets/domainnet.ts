/**
 * DomainNet: 345 classes as clip art, infographics, paintings, quick drawings, photographs and
 * sketches; 586,575 images without the doubles that its authors list.
 *
 * @module
 */
import { mdltFile, mdltSplit, type SourceFile } from "../fetching/sources.ts";
import { definePhotographs } from "../protocols/photographs/define.ts";

const FOLDER = "domain_net";
const DUPLICATES = "domain_net_duplicates.txt";

/** An archive of DomainNet's authors (the cleaned version for clip art and paintings). */
function archive(name: string, bytes: number, md5: string, inner = ""): SourceFile {
  const address = `csr.bu.edu/ftp/visda/2019/multi-source/${inner}${name}.zip`;
  return {
    path: `${FOLDER}/${name}.zip`,
    urls: [`http://${address}`, `https://${address}`],
    bytes,
    md5,
    // Any folder of an image class tells the folder of the domain.
    unpack: { to: `${FOLDER}/${name}`, holding: ["zebra", "airplane"] },
  };
}

/**
 * DomainNet in MDLT's split, streamed: images are decoded when they are read.
 *
 * MDLT's DomainNet.csv is used where it is found. Where it is not, the same rule is applied anew to
 * the authors' own lists `<domain>_train.txt` and `<domain>_test.txt` beside the images, or to the
 * images themselves, without those of `domain_net_duplicates.txt`.
 */
export const domainnet = definePhotographs({
  name: "domainnet",
  title: "DomainNet-MLT",
  description: "345 classes as clip art, infographics, paintings, quick drawings, photographs " +
    "and sketches.",
  domains: ["clipart", "infograph", "painting", "quickdraw", "real", "sketch"],
  classes: `
    The_Eiffel_Tower The_Great_Wall_of_China The_Mona_Lisa aircraft_carrier airplane alarm_clock
    ambulance angel animal_migration ant anvil apple arm asparagus axe backpack banana bandage barn
    baseball baseball_bat basket basketball bat bathtub beach bear beard bed bee belt bench bicycle
    binoculars bird birthday_cake blackberry blueberry book boomerang bottlecap bowtie bracelet
    brain bread bridge broccoli broom bucket bulldozer bus bush butterfly cactus cake calculator
    calendar camel camera camouflage campfire candle cannon canoe car carrot castle cat ceiling_fan
    cell_phone cello chair chandelier church circle clarinet clock cloud coffee_cup compass computer
    cookie cooler couch cow crab crayon crocodile crown cruise_ship cup diamond dishwasher
    diving_board dog dolphin donut door dragon dresser drill drums duck dumbbell ear elbow elephant
    envelope eraser eye eyeglasses face fan feather fence finger fire_hydrant fireplace firetruck
    fish flamingo flashlight flip_flops floor_lamp flower flying_saucer foot fork frog frying_pan
    garden garden_hose giraffe goatee golf_club grapes grass guitar hamburger hammer hand harp hat
    headphones hedgehog helicopter helmet hexagon hockey_puck hockey_stick horse hospital
    hot_air_balloon hot_dog hot_tub hourglass house house_plant hurricane ice_cream jacket jail
    kangaroo key keyboard knee knife ladder lantern laptop leaf leg light_bulb lighter lighthouse
    lightning line lion lipstick lobster lollipop mailbox map marker matches megaphone mermaid
    microphone microwave monkey moon mosquito motorbike mountain mouse moustache mouth mug mushroom
    nail necklace nose ocean octagon octopus onion oven owl paint_can paintbrush palm_tree panda
    pants paper_clip parachute parrot passport peanut pear peas pencil penguin piano pickup_truck
    picture_frame pig pillow pineapple pizza pliers police_car pond pool popsicle postcard potato
    power_outlet purse rabbit raccoon radio rain rainbow rake remote_control rhinoceros rifle river
    roller_coaster rollerskates sailboat sandwich saw saxophone school_bus scissors scorpion
    screwdriver sea_turtle see_saw shark sheep shoe shorts shovel sink skateboard skull skyscraper
    sleeping_bag smiley_face snail snake snorkel snowflake snowman soccer_ball sock speedboat spider
    spoon spreadsheet square squiggle squirrel stairs star steak stereo stethoscope stitches
    stop_sign stove strawberry streetlight string_bean submarine suitcase sun swan sweater swing_set
    sword syringe t-shirt table teapot teddy-bear telephone television tennis_racquet tent tiger
    toaster toe toilet tooth toothbrush toothpaste tornado tractor traffic_light train tree triangle
    trombone truck trumpet umbrella underwear van vase violin washing_machine watermelon waterslide
    whale wheel windmill wine_bottle wine_glass wristwatch yoga zebra zigzag
  `.trim().split(/\s+/),
  shots: { many: 100, few: 20 },
  origin:
    "Peng et al. 2019, Moment Matching for Multi-Source Domain Adaptation; the six archives " +
    "of the authors (cleaned version) in a folder `domain_net`, and DomainNet.csv of the MDLT " +
    "repository.",
  published: { images: 586_575, smallest: 0, train: 468_574, validation: 39_240, test: 78_761 },
  csv: "DomainNet.csv",
  folder: FOLDER,
  sources: {
    files: [
      mdltSplit("DomainNet.csv", { gitBlob: "c80f98fbc291279a5e1633b6270bb83a497ac7eb" }),
      archive("clipart", 1_270_909_081, "cd0d8f2d77a4e181449b78ed62bccf1e", "groundtruth/"),
      archive("infograph", 4_338_659_804, "720380b86f9e6ab4805bb38b6bd135f8"),
      archive("painting", 3_679_366_174, "1ae32cdb4f98fe7ab5eb0a351768abfd", "groundtruth/"),
      archive("quickdraw", 459_920_701, "bdc1b6f09f277da1a263389efe0c7a66"),
      archive("real", 6_062_039_589, "dcc47055e8935767784b7162e7c7cca6"),
      archive("sketch", 2_633_992_926, "658d8009644040ff7ce30bb2e820850f"),
      {
        path: `${FOLDER}/${DUPLICATES}`,
        urls: [
          ...mdltFile(`scripts/misc/${DUPLICATES}`),
          "https://raw.githubusercontent.com/facebookresearch/DomainBed/main/domainbed/misc/" +
          DUPLICATES,
        ],
      },
    ],
  },
  large: true,
  training: { paper: { steps: 15_001, batch: 32, checkpointEvery: 300 } },
  streamed: true,
  fallbackSplit: {
    heldOut: 60,
    lists: (domain) => [`${domain}_train.txt`, `${domain}_test.txt`],
    duplicates: DUPLICATES,
  },
});
