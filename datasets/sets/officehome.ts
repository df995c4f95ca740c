/**
 * Office-Home: things of offices and homes as art, clip art, product pictures and photographs.
 *
 * @module
 */
import { definePhotographs } from "../protocols/photographs.ts";

/** Office-Home in MDLT's split. */
export const officehome = definePhotographs({
  name: "officehome",
  title: "OfficeHome-MLT",
  description: "Things of offices and homes as art, clip art, product pictures and photographs.",
  domains: ["Art", "Clipart", "Product", "Real World"],
  classes: `
    Alarm_Clock Backpack Batteries Bed Bike Bottle Bucket Calculator Calendar Candles Chair
    Clipboards Computer Couch Curtains Desk_Lamp Drill Eraser Exit_Sign Fan File_Cabinet Flipflops
    Flowers Folder Fork Glasses Hammer Helmet Kettle Keyboard Knives Lamp_Shade Laptop Marker
    Monitor Mop Mouse Mug Notebook Oven Pan Paper_Clip Pen Pencil Postit_Notes Printer Push_Pin
    Radio Refrigerator Ruler Scissors Screwdriver Shelf Sink Sneakers Soda Speaker Spoon TV Table
    Telephone ToothBrush Toys Trash_Can Webcam
  `.trim().split(/\s+/),
  shots: { many: 60, few: 20 },
  source: "Venkateswara et al. 2017, Deep Hashing Network for Unsupervised Domain Adaptation; " +
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
});
