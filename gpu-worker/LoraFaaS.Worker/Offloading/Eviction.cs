using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Offloading;

/// <summary>Something left the device to make room for a trust domain.</summary>
/// <param name="Causer">Who needed the room; null: nobody in particular, the worker keeps some free.</param>
/// <param name="Victim">Whose it was.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Size">Bytes it held.</param>
/// <param name="Reload">What bringing it back takes.</param>
internal sealed record Eviction(TrustDomain? Causer, TrustDomain Victim, ArtifactKind Kind, ByteSize Size, TimeSpan Reload);
