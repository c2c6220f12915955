"""The pure alarm core: inputs and time in, events and the next deadline out.

`ward.py` keeps the order, `bed.py` folds one input into one bed (`bed_state.py`), `alarm.py` holds the table that moves
alarms. Around them, a folder for each subject: `rules` and `preset` (what is asked for, as data), `lines` (inputs as
JSON), `oximeter`, `pleth` and `cuff` (what devices measure), `entries` (what people enter), `session` and `recovery`
(phases, baseline, the return to it), `inactivation` (what may keep an alarm quiet), `device` (what is wrong with one).
"""
