"""Invented comments with an answer that nobody would dispute."""

ABUSE = [
    "You are an idiot.",
    "What a stupid moron you are, go away.",
    "Shut up, you pathetic loser.",
    "You disgusting piece of shit.",
    "Fuck off, asshole.",
    "Only a brain-dead imbecile could write such garbage.",
    "I hope somebody beats you up, you scum.",
    "You people are vermin and should be exterminated.",
    "Kill yourself, nobody will miss you.",
    "The author is a dumb bitch who should be fired.",
    "Go to hell, you worthless bastard.",
    "Are you retarded or just plain dumb?",
    "This clown of a mayor is a fucking crook.",
    "I will find you and smash your face in.",
    "Your mother is a whore.",
]

FAIR = [
    "Thank you for this article, I learned a lot.",
    "I disagree with the author: the bridge should be closed to cars.",
    "The council has known about the leak since March and did nothing.",
    "My grandmother was treated for breast cancer in this hospital.",
    "The doctor asked about pain in the rectum and the bladder.",
    "The man who killed two people in May was sentenced on Monday.",
    "Sex education should begin earlier, as it does in other countries.",
    "Police say the victim was stabbed at the bus stop.",
    "I was born in Scunthorpe and my aunt lives in Penistone.",
    "We had cocktails and shiitake mushrooms at the Dickens museum.",
    "The prime minister misled parliament, and the figures prove it.",
    "Where can I find the numbers for 2019?",
    "This is the weakest budget in a decade.",
    "I was wrong about the tram, it works well.",
    "He called the referee a fool and was sent off.",
    "The film shows how the war destroyed a family.",
    "My dog died last week and I still miss him.",
    "If taxes rise again, small shops will close.",
    "I am not sure that this is legal.",
    "Does the library open on Sundays?",
    "As a teacher I see this every day.",
    "The new timetable is a mess for everyone who works shifts.",
    "Good point, I had not thought of the costs.",
    "Great match yesterday, our keeper saved everything.",
    "The vaccine gave me a fever for two days.",
    "There is no evidence for that claim.",
    "Please correct the date in the second paragraph.",
    "They should have asked the people who live there.",
    "I voted for her, but I do not like this plan.",
    "It took the firefighters two hours to put the blaze out.",
]

GROUPS = [
    "women",
    "gay people",
    "lesbians",
    "trans people",
    "black people",
    "white people",
    "Muslims",
    "Jews",
    "Christians",
    "Mexicans",
    "immigrants",
    "refugees",
    "disabled people",
    "deaf people",
    "old people",
    "Chinese people",
]

ABOUT_GROUPS = [
    "The report counts how many {} live in the valley.",
    "I met some {} at the concert, and we had a good time.",
    "The city opened a meeting place for {}.",
    "More {} than ever finished school this year.",
    "{} told our reporter about their work.",
]

AGAINST_GROUPS = [
    "I hate all {}, they are scum.",
    "{} are disgusting animals.",
    "Get rid of those filthy {}.",
    "{} are stupid and worthless.",
]

DISGUISED = [
    "You are an id1ot.",
    "you are such a st*pid m0r0n",
    "f u c k  y o u",
    "What a p.a.t.h.e.t.i.c  i.d.i.o.t",
    "You are an іdіоt.",
    "you fuсking аsshole",
    "You i\u200bd\u200bi\u200bo\u200bt",
    "You are a ｍｏｒｏｎ",
    "sh!t, you are a m\u0336o\u0336r\u0336o\u0336n\u0336",
    "you stuuuupid idiooooot",
    "fcuk you idoit",
    "you b!tch, f**k off",
]

SPAM = [
    "Make money fast from home, visit http://quick-cash.example.com now",
    "Check out my channel and subscribe please!!!",
    "Buy cheap viagra online without prescription <a href=http://pills.example.com>here</a>",
    "I made $9000 a week trading bitcoin thanks to my broker, contact him on WhatsApp +1 555 0100",
    "Free gift cards, click here: http://gifts.example.com",
]

WITH_LINKS = [
    "The full report is here: https://www.example.org/reports/2019.pdf",
    "As the BBC wrote (https://www.example.com/news/uk-1234), the figures are older.",
    "You can read the law at https://law.example.org/act/12 and judge for yourself.",
]

KINDS = [
    ("You are an idiot and a liar.", "insult"),
    ("I will kill you, watch your back.", "threat"),
    ("All Muslims are scum and should be thrown out.", "identity_attack"),
    ("What the fuck is this shit?", "profanity"),
    ("Fuck you, you fucking piece of shit, die.", "severe_toxicity"),
    ("She sucked his cock and swallowed his cum.", "sexually_explicit"),
]
