using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A backbone that a worker is packing, and how far it is. Bytes of the packed segment.</summary>
public sealed record LoadingState(string Backbone, Digest Digest, long BytesDone, long BytesTotal);
