"""The consultation: the application that invites respondents, keeps their replies, and shows the officers what stands.

It is confidential, and apart from everything that is public: own process, own database, own command (`corridors consult
serve`). The values and the rules are those of `corridors.consult`; this folder keeps them on a disk and opens doors to
them: web pages, OpenRosa, and functions for the officer's command line.
"""
