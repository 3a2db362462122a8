namespace LoraFaaS.Contracts.Admin;

/// <summary>A backbone on its way into a worker's host memory: bytes packed so far, of so many.</summary>
public sealed record BackboneLoading(string Backbone, string Digest, long BytesDone, long BytesTotal);
