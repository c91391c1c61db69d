"""App Store Connect's resources: versions, the phased release, submissions, builds, groups, feedback."""

from __future__ import annotations

from rollout_tui.rehearsal.stores.apple import AppleBook, Version
from rollout_tui.rehearsal.stores.apple_documents import moment, ref, resource_of
from rollout_tui.rehearsal.stores.apple_feedback import CRASHES, Sent
from rollout_tui.rehearsal.stores.apple_phased import PhasedRelease
from rollout_tui.rehearsal.stores.apple_queries import Json
from rollout_tui.rehearsal.stores.apple_review import Item, ReviewSubmission
from rollout_tui.rehearsal.stores.apple_start import DAY
from rollout_tui.rehearsal.stores.apple_testflight import BUILD_LIFE, BetaReview, Group, Upload

_OLDER = {
    "READY_FOR_DISTRIBUTION": "READY_FOR_SALE",
    "PROCESSING_FOR_DISTRIBUTION": "PROCESSING_FOR_APP_STORE",
}
"""What the deprecated family of states says for the newer one, where they differ (A10)."""
_ITEM_KINDS = {
    "appStoreVersion": "appStoreVersions",
    "appEvent": "appEvents",
    "appCustomProductPageVersion": "appCustomProductPageVersions",
    "appStoreVersionExperiment": "appStoreVersionExperiments",
}


def app(book: AppleBook) -> Json:
    """The app."""
    attributes = {
        "name": "Acme Connect",
        "bundleId": book.bundle,
        "sku": "ACME",
        "primaryLocale": "en-US",
        "isOrEverWasMadeForKids": False,
        "contentRightsDeclaration": "DOES_NOT_USE_THIRD_PARTY_CONTENT",
    }
    return resource_of("apps", book.APP, attributes)


def version(book: AppleBook, found: Version) -> Json:
    """A version."""
    relationships: Json = {"app": {"data": ref("apps", book.APP)}}
    if found.build_id is not None:
        relationships["build"] = {"data": ref("builds", found.build_id)}
    if book.phased is not None and found.id == book.VERSION_ID:
        relationships["appStoreVersionPhasedRelease"] = {"data": ref("appStoreVersionPhasedReleases", book.phased.id)}
    attributes = {
        "platform": found.platform,
        "versionString": found.number,
        "appStoreState": _older(book, found),
        "appVersionState": found.state,
        "releaseType": found.release_type,
        "createdDate": moment(found.created),
    }
    return resource_of("appStoreVersions", found.id, attributes, relationships)


def _older(book: AppleBook, found: Version) -> str:
    """The deprecated family's word: the only one that tells of a removal from sale (A8, A10)."""
    if book.sale.is_over and found.state == "READY_FOR_DISTRIBUTION":
        return "DEVELOPER_REMOVED_FROM_SALE"
    return _OLDER.get(found.state, found.state)


def phased(book: AppleBook, release: PhasedRelease) -> Json:
    """The phased release."""
    now = book.now()
    attributes = {
        "phasedReleaseState": release.state,
        "startDate": None if release.started is None else moment(release.started),
        "totalPauseDuration": release.pause_days(now),
        "currentDayNumber": release.day(now),
    }
    return resource_of("appStoreVersionPhasedReleases", release.id, attributes)


def build(book: AppleBook, found: Upload) -> Json:
    """An uploaded build."""
    attributes = {
        "version": found.number,
        "uploadedDate": moment(found.uploaded),
        "expirationDate": moment(found.uploaded + BUILD_LIFE),
        "expired": found.expired(book.now()),
        "minOsVersion": "16.0",
        "processingState": found.processing,
        "buildAudienceType": "APP_STORE_ELIGIBLE",
        "usesNonExemptEncryption": found.encryption,
    }
    relationships: Json = {
        "app": {"data": ref("apps", book.APP)},
        "buildBetaDetail": {"data": ref("buildBetaDetails", found.id)},
        "betaGroups": {"data": [ref("betaGroups", group) for group in sorted(found.groups)]},
    }
    if found.beta is not None:
        relationships["betaAppReviewSubmission"] = {"data": ref("betaAppReviewSubmissions", found.beta.id)}
    return resource_of("builds", found.id, attributes, relationships)


def beta_detail(book: AppleBook, found: Upload) -> Json:
    """What TestFlight says of a build."""
    attributes = {
        "autoNotifyEnabled": True,
        "internalBuildState": book.testing.internal_state(found),
        "externalBuildState": book.testing.external_state(found),
    }
    return resource_of("buildBetaDetails", found.id, attributes, {"build": {"data": ref("builds", found.id)}})


def beta_review(book: AppleBook, found: Upload, review: BetaReview) -> Json:
    """A build's beta review."""
    attributes = {"betaReviewState": review.state(book.now()), "submittedDate": moment(review.submitted)}
    return resource_of("betaAppReviewSubmissions", review.id, attributes, {"build": {"data": ref("builds", found.id)}})


def group(book: AppleBook, found: Group) -> Json:
    """A group of testers."""
    attributes = {
        "name": found.name,
        "isInternalGroup": found.internal,
        "hasAccessToAllBuilds": found.takes_all if found.internal else None,
        "feedbackEnabled": True,
        "createdDate": moment(book.origin - 300 * DAY),
    }
    return resource_of("betaGroups", found.id, attributes, {"app": {"data": ref("apps", book.APP)}})


def submission(book: AppleBook, found: ReviewSubmission) -> Json:
    """A review submission."""
    attributes = {
        "platform": found.platform,
        "submittedDate": None if found.submitted is None else moment(found.submitted),
        "state": found.told(book.now()),
    }
    relationships: Json = {
        "app": {"data": ref("apps", book.APP)},
        "items": {"data": [ref("reviewSubmissionItems", item.id) for item in found.items]},
    }
    if found.versions:
        relationships["appStoreVersionForReview"] = {"data": ref("appStoreVersions", found.versions[0])}
    return resource_of("reviewSubmissions", found.id, attributes, relationships)


def item(found: Item) -> Json:
    """What a submission holds."""
    target = {found.kind: {"data": ref(_ITEM_KINDS[found.kind], found.target)}}
    return resource_of("reviewSubmissionItems", found.id, {"state": found.state}, target)


def feedback(book: AppleBook, found: Sent) -> Json:
    """What a tester sent."""
    sent = found.feedback
    attributes: Json = {
        "createdDate": moment(found.at),
        "comment": sent.comment,
        "email": f"{found.tester}@example.com",
        "deviceModel": sent.device,
        "osVersion": sent.system,
        "locale": "en-US",
        "timeZone": "Europe/Zurich",
        "architecture": "arm64e",
        "connectionType": "WIFI",
        "appUptimeInMilliseconds": sent.uptime,
        "batteryPercentage": 71,
        "appPlatform": "IOS",
        "devicePlatform": "IOS",
        "deviceFamily": "IPAD" if sent.device.startswith("iPad") else "IPHONE",
        "buildBundleId": book.bundle,
    }
    if sent.kind != CRASHES:
        url = f"https://tf-feedback.example.com/{found.id}.png"
        expires = moment(found.at + DAY)
        attributes["screenshots"] = [{"url": url, "width": 1179, "height": 2556, "expirationDate": expires}]
    relationships = {
        "build": {"data": ref("builds", found.build_id)},
        "tester": {"data": ref("betaTesters", found.tester)},
    }
    return resource_of(sent.kind, found.id, attributes, relationships)


def crash_log(found: Sent) -> Json:
    """The log of a crash."""
    return resource_of("betaCrashLogs", found.id, {"logText": found.feedback.log})


def tester(tester_id: str) -> Json:
    """A tester."""
    attributes = {"firstName": "Test", "lastName": tester_id, "email": f"{tester_id}@example.com", "state": "INSTALLED"}
    return resource_of("betaTesters", tester_id, attributes)
