"""The crawler: a region's sites to objects in the landing bucket, politely, in a process of its own.

``python -m infra.crawl JOB.json`` is one night's work on one region (``job``). It reads the region file's
rules (``schemas.region``), asks the hosts one request at a time each (``robots``, ``patience``), never goes
where it should not (``address``, ``guard``), puts each attachment into the bucket once by content
(``landing``) and writes down every resource it is done with (``journal``). The journal is all its state: a
crawl that was killed goes on where the journal ends, and what it does not need to ask for again it knows from
the lake's rows of the crawl before, which the starter hands over. What a crawl amounts to is reckoned from
the journal afterwards (``books``). The process knows neither the lake nor Prefect.

Scrapy does the crawling; each departure from its defaults is explained in ``configuration``.
"""
