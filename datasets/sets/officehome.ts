/**
 * Office-Home: things of offices and homes as art, clip art, product pictures and photographs.
 *
 * @module
 */
import { googleDrive, mdltSplit } from "../fetching/sources.ts";
import { definePhotographs } from "../protocols/photographs/define.ts";

const DOMAINS = ["Art", "Clipart", "Product", "Real World"];

/** Office-Home in MDLT's split. */
export const officehome = definePhotographs({
  name: "officehome",
  title: "OfficeHome-MLT",
  description: "Things of offices and homes as art, clip art, product pictures and photographs.",
  domains: DOMAINS,
  classes: `
    Alarm_Clock Backpack Batteries Bed Bike Bottle Bucket Calculator Calendar Candles Chair
    Clipboards Computer Couch Curtains Desk_Lamp Drill Eraser Exit_Sign Fan File_Cabinet Flipflops
    Flowers Folder Fork Glasses Hammer Helmet Kettle Keyboard Knives Lamp_Shade Laptop Marker
    Monitor Mop Mouse Mug Notebook Oven Pan Paper_Clip Pen Pencil Postit_Notes Printer Push_Pin
    Radio Refrigerator Ruler Scissors Screwdriver Shelf Sink Sneakers Soda Speaker Spoon TV Table
    Telephone ToothBrush Toys Trash_Can Webcam
  `.trim().split(/\s+/),
  shots: { many: 60, few: 20 },
  origin: "Venkateswara et al. 2017, Deep Hashing Network for Unsupervised Domain Adaptation; " +
    "OfficeHomeDataset_10072016 of the authors, as a folder `office_home`, and OfficeHome.csv of " +
    "the MDLT repository.",
  published: {
    images: 15_588,
    largest: 84,
    smallest: 0,
    train: 11_688,
    validation: 1300,
    test: 2600,
  },
  csv: "OfficeHome.csv",
  folder: "office_home",
  sources: {
    files: [
      {
        path: "office_home.zip",
        urls: [
          googleDrive("1uY0pj7oFsjMxRwaD3Sxy0jgel0fsYXLC"),
          googleDrive("0B81rNlvomiwed0V1YUxQdC1uOTg", "&resourcekey=0-2SNWq0CDAuWOBRRBL7ZZsw"),
          googleDrive("1o2ieb-WCn-d4UBpJ_Fg5n1uIil60nJz2"),
        ],
        md5: "b1c14819770c4448fd5b6d931031c91c",
        copies: [googleDrive("1USXqK4nCvOAR5Ty4iwKcuCOrRJoRuDyU")],
        unpack: { to: "office_home", holding: DOMAINS },
      },
      mdltSplit("OfficeHome.csv", {
        bytes: 664_539,
        sha256: "0a6c4e7800f629b8c6b67ba71dd238a83d4f513ac77694ab58796e528985a5b5",
      }),
    ],
  },
});
