import json
import sys

import numpy as np
import pandas as pd


def settings(path):
    with open(path) as file:
        return json.load(file)


def features(frame):
    made = frame.copy()
    # Cabins are written as deck/number/side.
    cabin = made["Cabin"].fillna("?/0/?").str.split("/", expand=True)
    made["deck"], made["number"], made["side"] = cabin[0], cabin[1].astype(float), cabin[2]
    spent = ["RoomService", "FoodCourt", "ShoppingMall", "Spa", "VRDeck"]
    made["total"] = made[spent].sum(axis=1)
    made["nothing"] = (made["total"] == 0).astype(int)
    for column in spent:
        made[column + "_share"] = made[column] / (made["total"] + 1)
    made["group"] = made["PassengerId"].str.slice(0, 4)
    sizes = made.groupby("group")["PassengerId"].count()
    made["group_size"] = made["group"].map(sizes)
    for column in ["deck", "side", "HomePlanet", "Destination"]:
        made[column] = made[column].astype("category").cat.codes
    return made.drop(columns=["PassengerId", "Cabin", "Name", "group"])


def blend(predictions, weights):
    total = sum(weights)
    blended = np.zeros_like(predictions[0])
    for prediction, weight in zip(predictions, weights):
        blended += prediction * weight / total
    return blended


def main():
    options = settings(sys.argv[1])
    frames = [pd.read_csv(path) for path in options["inputs"]]
    made = [features(frame) for frame in frames]
    while len(made) > 2:
        made.pop()
    with open(options["output"], "w") as file:
        file.write(made[0].to_json())


main()
