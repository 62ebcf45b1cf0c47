"""Which machine to rent or buy: the cheapest that serve a model within the need, with dated prices."""

from __future__ import annotations

import argparse

from advisor.cli import options
from advisor.documents.offers import Demand, Offer
from advisor.errors import ExitCode, UsageError
from advisor.need import quantities


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor hardware`."""
    options.add_model(parser)
    options.add_need(parser)
    group = parser.add_argument_group("demand")
    group.add_argument("--users", metavar="N", help="people served at once (default 1)")
    group.add_argument("--requests-per-s", metavar="R", help="requests that arrive at random, a second")
    group.add_argument(
        "--p95-ttft",
        metavar="TIME",
        help="with --requests-per-s: first token of 95 of 100 requests, waiting included, e.g. 2s",
    )
    group = parser.add_argument_group("offers (default: every instance of profiles/instances.csv)")
    group.add_argument(
        "--provider", metavar="P", help="only these, comma-separated: aws, gcp, azure, runpod …"
    )
    group.add_argument("--buy", action="store_true", help="cards and whole machines to buy as well")
    group.add_argument(
        "--prices",
        metavar="FILE",
        help="your own offers instead, a CSV: hardware,price,unit (usd_per_hour or usd),date,source",
    )
    parser.add_argument("--json", action="store_true", help="the whole document as JSON")


def run(args: argparse.Namespace) -> int:
    """Answer; exit code 3 when no machine meets the need."""
    from dataclasses import replace

    from advisor.catalog.offers import left_out
    from advisor.measuring.own import own_evidence
    from advisor.recommendation.cheapest import cheapest

    if args.concurrency:
        raise UsageError("--users says how many are served; --concurrency follows from it")
    model = options.needed_model(args)
    requirements = options.requirements(args, model)
    document = cheapest(requirements, model, _demand(args), _offers(args), own_evidence)
    document = replace(document, left_out=() if args.prices else left_out())
    if args.json:
        from advisor.documents.plain import dumps

        print(dumps(document))
    else:
        from advisor.report.offers import offers_text

        print(offers_text(document))
    return ExitCode.OK if document.status == "ok" else ExitCode.NOTHING_FITS


_MOST_REQUESTS_PER_S = 1e10
"""More than all people alive, each asking every second (https://population.un.org/wpp/)."""


def _demand(args: argparse.Namespace) -> Demand:
    if args.requests_per_s and args.users:
        raise UsageError("--users and --requests-per-s are two ways to say one thing; give one")
    if args.p95_ttft and not args.requests_per_s:
        raise UsageError("--p95-ttft is about requests that arrive at random; give --requests-per-s")
    if args.requests_per_s:
        asked = quantities.rate(args.requests_per_s, "--requests-per-s")
        if asked > _MOST_REQUESTS_PER_S:
            raise UsageError(f"--requests-per-s {args.requests_per_s}: give at most {_MOST_REQUESTS_PER_S:g}")
        return Demand(
            requests_per_s=asked,
            p95_ttft_s=quantities.seconds(args.p95_ttft, "--p95-ttft") if args.p95_ttft else None,
        )
    return Demand(users=quantities.count(args.users, "--users") if args.users else 1)


def _offers(args: argparse.Namespace) -> tuple[Offer, ...]:
    from advisor.catalog.offers import cards, instances, own_offers

    if args.prices:
        return own_offers(args.prices)
    found = instances()
    if args.provider:
        wanted = {name.strip().lower() for name in args.provider.split(",")}
        known = {offer.provider for offer in found}
        if unknown := sorted(wanted - known):
            raise UsageError(f"unknown provider {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        found = tuple(offer for offer in found if offer.provider in wanted)
    return (*found, *cards()) if args.buy else found
