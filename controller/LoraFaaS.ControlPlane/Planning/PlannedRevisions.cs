using LoraFaaS.Contracts.Functions;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>
/// The revisions of a function that plans look at: those with a share of its calls. Several with the same adapter in the same sandbox are one, named by
/// the one with the largest share, whose prompt prefix is the one that is planned.
/// </summary>
internal static class PlannedRevisions
{
    /// <summary>Each with its share of the calls, 0 to 1; oldest first.</summary>
    public static IEnumerable<(FunctionRevision Revision, double Share)> Of(FunctionRecord function) =>
        MayBePlanned(function)
            ? LiveRevisions.Wanted(function)
                .Where(live => live is { Percent: > 0, Revision.AdapterDigest: not null })
                .GroupBy(live => (live.Revision.AdapterDigest, live.Revision.BackboneDigest, live.Revision.TrustDomain))
                .Select(group => (group.MaxBy(live => (live.Percent, live.Revision.Number))!.Revision, group.Sum(live => live.Percent) / 100.0))
            : [];

    /// <summary>One that somebody scaled to zero is to stay away; one that may scale itself to zero may also come back before its call.</summary>
    public static bool MayBePlanned(FunctionRecord function) => function.DesiredReplicas > 0 || FunctionRegistry.ScaleRuleOf(function).Zero;
}
