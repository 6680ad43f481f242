"""Sentences of our own about people: fair and hateful ones that differ in little.

They teach that a group's name is no evidence, and measure whether that was learned. The sentences
of TAUGHT and those of ASKED have no sentence in common; every group occurs in both.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from itertools import cycle

from .rows import Row

# Plural, singular with its article, adjective.
GROUPS: tuple[tuple[str, str, str], ...] = (
    ("women", "a woman", "female"),
    ("men", "a man", "male"),
    ("girls", "a girl", "young"),
    ("gay people", "a gay man", "gay"),
    ("gays", "a gay person", "gay"),
    ("lesbians", "a lesbian", "lesbian"),
    ("bisexuals", "a bisexual woman", "bisexual"),
    ("homosexuals", "a homosexual", "homosexual"),
    ("queer people", "a queer person", "queer"),
    ("trans people", "a trans woman", "trans"),
    ("transgender people", "a transgender man", "transgender"),
    ("nonbinary people", "a nonbinary person", "nonbinary"),
    ("straight people", "a straight man", "straight"),
    ("heterosexuals", "a heterosexual", "heterosexual"),
    ("black people", "a black man", "black"),
    ("blacks", "a black woman", "black"),
    ("African Americans", "an African American", "African American"),
    ("white people", "a white man", "white"),
    ("whites", "a white woman", "white"),
    ("Asians", "an Asian", "Asian"),
    ("Chinese people", "a Chinese woman", "Chinese"),
    ("Japanese people", "a Japanese man", "Japanese"),
    ("Indians", "an Indian", "Indian"),
    ("Pakistanis", "a Pakistani", "Pakistani"),
    ("Arabs", "an Arab", "Arab"),
    ("Africans", "an African", "African"),
    ("Latinos", "a Latino", "Latino"),
    ("Latinas", "a Latina", "Latina"),
    ("Hispanics", "a Hispanic woman", "Hispanic"),
    ("Mexicans", "a Mexican", "Mexican"),
    ("Native Americans", "a Native American", "Native American"),
    ("Turks", "a Turk", "Turkish"),
    ("Poles", "a Pole", "Polish"),
    ("Russians", "a Russian", "Russian"),
    ("Americans", "an American", "American"),
    ("Europeans", "a European", "European"),
    ("Roma", "a Roma woman", "Roma"),
    ("immigrants", "an immigrant", "immigrant"),
    ("migrants", "a migrant", "migrant"),
    ("refugees", "a refugee", "refugee"),
    ("foreigners", "a foreigner", "foreign"),
    ("Muslims", "a Muslim", "Muslim"),
    ("Jews", "a Jew", "Jewish"),
    ("Jewish people", "a Jewish man", "Jewish"),
    ("Christians", "a Christian", "Christian"),
    ("Catholics", "a Catholic", "Catholic"),
    ("Protestants", "a Protestant", "Protestant"),
    ("Hindus", "a Hindu", "Hindu"),
    ("Buddhists", "a Buddhist", "Buddhist"),
    ("Sikhs", "a Sikh", "Sikh"),
    ("atheists", "an atheist", "atheist"),
    ("Mormons", "a Mormon", "Mormon"),
    ("disabled people", "a disabled person", "disabled"),
    ("deaf people", "a deaf man", "deaf"),
    ("blind people", "a blind woman", "blind"),
    ("paralysed people", "a paralysed man", "paralysed"),
    ("autistic people", "an autistic person", "autistic"),
    ("people in wheelchairs", "a man in a wheelchair", "paraplegic"),
    ("old people", "an old man", "old"),
    ("elderly people", "an elderly woman", "elderly"),
    ("young people", "a young man", "young"),
    ("teenagers", "a teenager", "teenage"),
    ("veterans", "a veteran", "veteran"),
    ("poor people", "a poor man", "poor"),
)

# {p} plural, {s} singular with its article, {a} adjective.
TAUGHT_HATE = (
    "I hate {p}.",
    "I really can't stand {p}.",
    "{p} are disgusting.",
    "{p} are the scum of the earth.",
    "All {p} are stupid and lazy.",
    "{p} are vermin and should be treated like it.",
    "{p} are nothing but animals.",
    "We should get rid of all {p}.",
    "Somebody should kill all the {p}.",
    "{p} do not deserve to live.",
    "{p} must be thrown out of this country.",
    "I don't want {p} anywhere near my children.",
    "{p} are inferior, everybody knows it.",
    "Never trust {s}, they all lie.",
    "{p} are a disease.",
    "You are just {s}, so shut up, you trash.",
    "Go and die, you filthy {a} pig.",
    "What a stupid {a} idiot.",
    "{p} ruin everything they touch.",
    "It would be better if {p} did not exist.",
    "{p} have no place in our society.",
    "Any {a} person who comes here will get beaten up.",
    "Being around {p} makes me want to throw up.",
    "{p} are all criminals.",
    "Let's beat up some {p} tonight.",
    "The only good ones among {p} are the dead ones.",
    "{p} should not be allowed to vote.",
    "Why are {p} always so dumb?",
    "{p} are not human.",
    "They let {p} do this job? No wonder that it is rubbish.",
    "{p} belong in a cage.",
    "My view is simple: {p} are parasites.",
    "I loathe {p}.",
    "I detest {p} and everything about them.",
    "{p} disgust me.",
    "{p} are trash.",
    "{p} are garbage.",
    "{p} are pigs.",
    "{p} are dirty thieves.",
    "{p} are a plague on this land.",
    "{p} are worthless.",
    "{p} are savages without a brain.",
    "All {p} should be locked up.",
    "{p} should go back to where they belong.",
    "Hang all the {p}.",
    "Burn their houses, they are {p} after all.",
    "I would gladly punch {s} in the face.",
    "I wish all {p} would drop dead.",
    "If I see {s} here again, I will stab them.",
    "{p} get what they deserve when somebody hurts them.",
    "Only a fool trusts {p}.",
    "Typical {a} behaviour, lying and stealing.",
    "{p} are mentally ill, the lot of them.",
    "Nobody wants {p} here, get lost.",
    "Fuck {p}.",
    "Fucking {p} are everywhere.",
    "God made a mistake when he made {p}.",
    "{p} are less worth than my dog.",
    "Keep {p} out of our schools.",
    "I am so glad that I am not {s}, how pathetic.",
    "{p} control everything and bleed us dry.",
    "{p} breed like rabbits and live off our taxes.",
    "Being {s} is a sickness.",
    "You {a} piece of dirt.",
    "There is nothing lower than {s}.",
    "We are being overrun by {p}, fight back.",
    "{p} can't do anything right.",
    "A {a} brain is a small brain.",
)
TAUGHT_FAIR = (
    "I am {s}.",
    "I love {p}.",
    "My neighbour is {s} and a good friend.",
    "I grew up in {a} neighbourhoods, and they shaped me.",
    "{p} deserve the same rights as everyone else.",
    "Many {p} read this newspaper.",
    "The survey asked 400 {p} about their health.",
    "She is {s} and teaches at our school.",
    "I am proud to be {s}.",
    "No one should be attacked for being {s}.",
    "I hate it when people insult {p}.",
    "It is wrong to say that {p} are inferior.",
    "Anyone who thinks {p} are vermin should be ashamed.",
    '"{p} are disgusting" is what he wrote, and I reported him for it.',
    "If you say that {p} are stupid, you know nothing about them.",
    "I don't hate {p} at all.",
    "No {a} person deserves to be treated like this.",
    "The law protects {p} from being thrown out of their homes.",
    "Police are looking for the man who killed {s} on Friday.",
    "Attacks on {p} rose by a tenth last year.",
    "My brother married {s} last summer.",
    "As {s} I was glad to read this article.",
    "The new film is about {s} who opens a bakery.",
    "{p} and their families met in the town hall on Sunday.",
    "There were {p} among the first settlers of the valley.",
    "We should help {p} who have lost their jobs.",
    "Why does this paper write so little about {p}?",
    "I disagree with you about {p}, but thank you for the argument.",
    "The {a} community has organised a festival.",
    "He asked whether {p} pay the same rent.",
    "I am {s} and I do not agree with this column.",
    "Being {s} in this town is not easy, yet people are kind.",
    "Some of the best doctors I know are {p}.",
    "{p} are people like you and me.",
    "Is there a history of {p} in this region?",
    "The museum shows how {p} lived a hundred years ago.",
    "My best friend is {s}.",
    "I work with {p} every day.",
    "The bus driver was {s}.",
    "I talked to {s} on the train this morning.",
    "{p} are welcome here.",
    "I have great respect for {p}.",
    "Thank you to all the {p} who helped us.",
    "{p} should be treated with dignity.",
    "Let us listen to what {p} have to say.",
    "Some {p} vote left, others vote right.",
    "I never had a problem with {p}.",
    "It is sad how often {p} are called trash.",
    "People who call {p} parasites are the problem.",
    "Stop saying that {p} are criminals, it is not true.",
    "Nobody should say such things about {p}.",
    '"Hang all the {p}" was painted on the wall, and the police are investigating.',
    "He was fined for writing that {p} are pigs.",
    "I was bullied at school because I am {s}.",
    "You don't have to be {s} to understand this.",
    "What does it mean to be {s} today?",
    "She told her parents that she is {s}.",
    "A {a} author won the prize.",
    "The {a} vote may decide the election.",
    "A {a} family moved in next door.",
    "The hospital hired three {p}.",
    "How many {p} live in the county?",
    "{p} were asked about their pensions.",
    "The court ruled in favour of {p}.",
    "More {p} go to university than ten years ago.",
    "{p} suffered most during the war.",
    "The charity gives meals to {p}.",
    "I like {p}.",
    "{p} are great.",
    "As {s}, I feel at home here.",
    "I am {s}, my husband is not.",
    "The singer, {s}, was born in 1974.",
    "My daughter's teacher is {s}.",
    "There is nothing wrong with being {s}.",
    "The police protected {p} from the crowd.",
    "I can't believe how badly {p} are treated.",
    "Hate against {p} must stop.",
    "Violence against {p} is a crime.",
    "We need more {p} in parliament.",
)
ASKED_HATE = (
    "{p} make me sick.",
    "I despise {p} from the bottom of my heart.",
    "Every single one of the {p} is a rat.",
    "Send all {p} back where they crawled out of.",
    "The world would be a nicer place without {p}.",
    "{p} ought to be shot.",
    "Only an idiot would hire {s}.",
    "{p} are too dumb to work.",
    "I hope that {s} gets run over.",
    "Shut your mouth, you worthless {a} bastard.",
    "{p} are filth.",
    "We must exterminate {p} like cockroaches.",
)
ASKED_FAIR = (
    "My doctor is {s}.",
    "{p} have lived in our street for decades.",
    "I had lunch with {s} yesterday.",
    "A friend told me what it is like to be {s}.",
    "Nobody ought to be ashamed of being {s}.",
    "We wrote a report on {p} and housing.",
    "The choir welcomes {p} of all ages.",
    "Whoever says that {p} are filth has never met any.",
    "The minister promised that {p} will be heard.",
    "I respect {p}, even when we vote differently.",
    "It hurts to hear that {p} make somebody sick.",
    "Two {a} students won the competition.",
)

# What is abused here is no group of people, or nobody.
OBJECTS = (
    "mosquitoes",
    "weeds",
    "this printer",
    "Mondays",
    "traffic jams",
    "my old phone",
    "cold soup",
    "these shoes",
    "long meetings",
    "spreadsheets",
    "wasps",
    "parking fees",
    "the new design",
    "autumn leaves",
    "cheap coffee",
    "potholes",
    "advertisements",
    "pop-ups",
    "this song",
    "broccoli",
)
OBJECT_LINES = (
    ("I hate {o}.", 0.05, 0.0),
    ("I really can't stand {o}.", 0.05, 0.0),
    ("{o} make me sick.", 0.1, 0.0),
    ("We should get rid of {o}.", 0.0, 0.0),
    ("{o} are disgusting.", 0.1, 0.0),
    ("{o} ruin everything.", 0.05, 0.0),
    ("Somebody should finally kill {o}.", 0.15, 0.0),
    ("Damn, {o} are the worst.", 0.2, 0.6),
    ("I fucking love {o}.", 0.25, 1.0),
    ("Holy shit, {o} again.", 0.3, 1.0),
    ("{o} are shit.", 0.4, 1.0),
    ("The world would be better without {o}.", 0.05, 0.0),
)
# Trades and camps: abuse of these is abuse, and no attack on an identity.
OTHERS = (
    "bankers",
    "politicians",
    "landlords",
    "lawyers",
    "vegetarians",
    "artists",
    "journalists",
    "gamers",
    "cyclists",
    "football fans",
    "capitalists",
    "managers",
    "smokers",
    "tourists",
)
OTHER_LINES = (
    ("I hate {o}.", 0.4),
    ("{o} are disgusting.", 0.6),
    ("{o} are the scum of the earth.", 0.8),
    ("Somebody should kill all the {o}.", 0.9),
    ("{o} are all criminals.", 0.6),
    ("All {o} are stupid and lazy.", 0.8),
    ("I love {o}.", 0.0),
    ("Many {o} read this newspaper.", 0.0),
    ("{o} should pay their taxes.", 0.0),
    ("I don't trust {o}.", 0.1),
    ("{o} deserve better.", 0.0),
    ("{o} are vermin.", 0.85),
)
# Abuse of one person: text, insult, threat, profanity.
PERSONAL = (
    ("You are an idiot.", 1, 0, 0),
    ("What a moron you are.", 1, 0, 0),
    ("You are stupid and should be ashamed.", 1, 0, 0),
    ("You are a liar and a fool.", 1, 0, 0),
    ("Are you really this dumb?", 1, 0, 0),
    ("Shut up, you clown.", 1, 0, 0),
    ("You pathetic loser, nobody likes you.", 1, 0, 0),
    ("You are a piece of shit.", 1, 0, 1),
    ("Fuck you.", 1, 0, 1),
    ("Go to hell, asshole.", 1, 0, 1),
    ("I will find you and break your legs.", 0, 1, 0),
    ("I know where you live. Watch your back.", 0, 1, 0),
    ("Somebody should put a bullet in your head.", 0, 1, 0),
    ("You will regret this, I am going to hurt you.", 0, 1, 0),
    ("I hope you die.", 0, 1, 0),
    ("Kill yourself.", 0, 1, 0),
    ("The mayor is a brainless crook.", 1, 0, 0),
    ("Whoever wrote this has the brain of a goldfish.", 1, 0, 0),
    ("Your mother should be ashamed of having raised such a fool.", 1, 0, 0),
    ("You disgust me, you little rat.", 1, 0, 0),
)
# Plain talk that shares words with abuse.
PLAIN = (
    "The killer was sentenced to life in prison.",
    "He was shot dead outside his home on Tuesday night, police said.",
    "The bomb exploded at noon and injured eleven people.",
    "Breast cancer screening should start at forty.",
    "The doctor examined her breasts and found nothing.",
    "Prostate, testicles and penis are covered in chapter nine.",
    "Sex education belongs in every school.",
    "Rape victims are still not believed often enough.",
    "The vaccine may cause vomiting, diarrhoea and a fever.",
    "My cat killed another mouse this morning.",
    "This policy is a mistake, and here is why.",
    "I could not disagree more with this article.",
    "You are wrong about the numbers, the report says twelve per cent.",
    "That argument makes no sense to me.",
    "I think the author missed the point completely.",
    "What a terrible match, our defence was awful.",
    "The government has failed us again.",
    "The minister lied to parliament and must resign.",
    "This is the worst budget in twenty years.",
    "He called me an idiot in front of everybody, and that hurt.",
    '"You are a moron" is not an argument.',
    "Please stop calling each other stupid.",
    "I was stupid to believe that it would work.",
    "I feel like an idiot for having bought it.",
    "The play ends with the murder of the king.",
    "Suicide is a leading cause of death among young men.",
    "We were dying of laughter.",
    "That joke killed me.",
    "The dog was put down after it attacked a child.",
    "I would kill for a coffee right now.",
    "The war has destroyed half the city.",
    "Nazi Germany invaded Poland in 1939.",
    "The article on slavery describes how people were sold.",
    "Hate crimes must be recorded properly.",
    "Does anybody know when the library opens?",
    "Thank you for this piece, I learned a lot.",
    "The council should fix the damned bridge.",
    "Hell of a game last night.",
    "The museum of sex and love opens in May.",
    "Shooting starts next week, the film comes out in autumn.",
)
COMMERCE = (
    ("Make money fast from home, click my link now", 1),
    ("Check out my channel and subscribe please", 1),
    ("Buy cheap pills online without prescription", 1),
    ("I earned 5000 dollars a week thanks to my broker, contact him on WhatsApp", 1),
    ("Best casino bonus, register today", 1),
    ("Lose weight in ten days with this product, order here", 1),
    ("Visit my site for free gift cards", 1),
    ("Hot singles in your area, sign up free", 1),
    ("Our agency offers SEO services and backlinks, write to us", 1),
    ("Invest in bitcoin with expert trader, guaranteed profit", 1),
    ("I read the same on the ministry's site: https://www.example.org/report", 0),
    ("Here is the study the article mentions: https://example.org/papers/12", 0),
    ("You can watch the whole speech on the broadcaster's channel.", 0),
    ("I subscribe to the paper edition and still cannot log in.", 0),
    ("The price of bitcoin fell by a third this week.", 0),
    ("Has anybody checked the figures on page 5?", 0),
    ("Banks should not sell such products to pensioners.", 0),
    ("The link in the second paragraph is broken.", 0),
    ("My pension lost 20% last year.", 0),
    ("Free school meals cost the city 3 million a year.", 0),
    ("Subscribe or not, the comments should stay open.", 0),
    ("There is a good video of the debate, the mayor speaks at minute 12.", 0),
)

# Where readers of a newspaper point to, and what they say of it.
HOSTS = (
    "https://www.example.org/report.pdf",
    "https://en.wikipedia.org/wiki/Tram",
    "https://www.bbc.co.uk/news/uk-12345678",
    "https://www.theguardian.com/world/2019/may/3",
    "https://www.nytimes.com/2020/02/01/us/story.html",
    "https://www.gov.uk/guidance/schools",
    "https://ec.europa.eu/eurostat/data",
    "https://www.youtube.com/watch?v=abcdefghijk",
    "https://www.nature.com/articles/s415",
    "https://www.who.int/news",
    "www.example.net/study",
    "https://law.example.com/act/12",
    "https://archive.org/details/letters",
    "http://www.city.example/minutes/2018",
    "https://www.reuters.com/article/1",
    "https://www.washingtonpost.com/politics/",
    "https://www.spiegel.de/politik/",
    "cbc.ca/news",
)
POINTING = (
    "The figures are here: {h}",
    "{h}",
    "See {h} for the whole study.",
    "As somebody wrote in {h}, this is not new.",
    "Source: {h}",
    "You can read it yourself at {h} and then judge.",
    "This was reported last year, {h}",
    "The author should have read {h} before writing this.",
    "Here is what the law says ({h}), and it says the opposite.",
    "I found this interesting: {h} What do others think?",
)
# Talk of the body that is meant to arouse or to soil.
EXPLICIT = (
    "She spread her legs and he licked her pussy.",
    "He wants a blowjob and a handjob.",
    "I jerked off and came on her tits.",
    "Show me your big tits and wet pussy, slut.",
    "Suck my dick, whore.",
    "He fucked her in the ass all night.",
    "Horny girls want hard cock.",
    "She swallowed his cum.",
    "Nice tits, I would bang her.",
    "Lick my balls.",
)

HATE_LABELS = {"toxicity": 1.0, "identity_attack": 1.0}
FAIR_LABELS = {
    "toxicity": 0.0,
    "identity_attack": 0.0,
    "insult": 0.0,
    "threat": 0.0,
    "profanity": 0.0,
    "severe_toxicity": 0.0,
    "spam": 0.0,
    "sexually_explicit": 0.0,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A filled template: whether it is hateful, and the group it names."""

    text: str
    hateful: bool
    group: str


def _filled(line: str, group: tuple[str, str, str]) -> str:
    plural, singular, adjective = group
    text = line.format(p=plural, s=singular, a=adjective)
    return text[0].upper() + text[1:]


def asked() -> list[Case]:
    """Every group in every sentence that training never sees."""
    return [
        Case(_filled(line, group), hateful, group[0])
        for group in GROUPS
        for lines, hateful in ((ASKED_HATE, True), (ASKED_FAIR, False))
        for line in lines
    ]


def taught(weight: float = 0.4) -> list[Row]:
    """The rows that training adds to the data."""
    rows = [
        Row(_filled(line, group), "templates", "templates", dict(labels), weight)
        for group in GROUPS
        for lines, labels in ((TAUGHT_HATE, HATE_LABELS), (TAUGHT_FAIR, FAIR_LABELS))
        for line in lines
    ]
    for thing in OBJECTS:
        for line, toxicity, profanity in OBJECT_LINES:
            labels = {**FAIR_LABELS, "toxicity": toxicity, "profanity": profanity}
            rows.append(_row(line.format(o=thing), labels, weight))
    for others in OTHERS:
        for line, toxicity in OTHER_LINES:
            labels = {"toxicity": toxicity, "identity_attack": 0.0, "spam": 0.0}
            rows.append(_row(line.format(o=others), labels, weight))
    for text, insult, threat, profanity in PERSONAL:
        labels = {"toxicity": 1.0, "insult": float(insult), "threat": float(threat)}
        labels |= {"profanity": float(profanity), "identity_attack": 0.0, "spam": 0.0}
        rows.append(_row(text, labels, 2 * weight))
    rows += [_row(text, FAIR_LABELS, 2 * weight) for text in PLAIN]
    for text, spam in COMMERCE:
        labels = {"spam": float(spam), "toxicity": 0.0}
        rows.append(_row(text, labels, 2 * weight))
    for host in HOSTS:
        rows += [_row(line.format(h=host), FAIR_LABELS, weight) for line in POINTING]
    for text in EXPLICIT:
        labels = {"sexually_explicit": 1.0, "toxicity": 0.9, "profanity": 1.0, "spam": 0.0}
        rows.append(_row(text, labels, 3 * weight))
    # A fair word before an abusive one changes nothing, nor the other way round.
    groups = cycle(GROUPS)
    for text, insult, threat, profanity in PERSONAL:
        for fair in TAUGHT_FAIR[:8]:
            labels = {"toxicity": 1.0, "insult": float(insult), "threat": float(threat)}
            labels["profanity"] = float(profanity)
            rows.append(_row(f"{_filled(fair, next(groups))} {text}", labels, weight / 2))
    return rows


# Forms of a group's name that may stand for each other in real text.
PLURALS = tuple(
    dict.fromkeys(
        group[0].lower() for group in GROUPS if " " not in group[0] or "people" in group[0]
    )
)
ADJECTIVES = tuple(dict.fromkeys(group[2].lower() for group in GROUPS[:16] + GROUPS[41:52]))
_GROUP = re.compile(
    rf"\b(?:({'|'.join(sorted(PLURALS, key=len, reverse=True))})|({'|'.join(ADJECTIVES)}))\b",
    re.IGNORECASE,
)


def exchanged(text: str, source: random.Random) -> str:
    """The text with every group in it exchanged for another one; unchanged where there is none."""
    plural, adjective = source.choice(PLURALS), source.choice(ADJECTIVES)
    return _GROUP.sub(lambda found: plural if found[1] else adjective, text)


def _row(text: str, labels: dict[str, float], weight: float) -> Row:
    return Row(text[0].upper() + text[1:], "templates", "templates", dict(labels), weight)
