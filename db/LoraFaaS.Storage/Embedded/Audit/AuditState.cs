using System.Collections.Immutable;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Audit;

/// <summary>The newest records by number, without gaps; <paramref name="Last"/> is the newest number ever given.</summary>
internal sealed record AuditState(long Last, ImmutableSortedDictionary<long, AuditRecord> Records)
{
    public static readonly AuditState Empty = new(0, ImmutableSortedDictionary<long, AuditRecord>.Empty);
}
