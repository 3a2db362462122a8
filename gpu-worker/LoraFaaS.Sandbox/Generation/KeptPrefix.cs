using LoraFaaS.Engine.KvCache;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>The keys and values of one prompt prefix, in pages.</summary>
/// <param name="AdapterDigest">They were computed with; empty: with none.</param>
/// <param name="Kv">Holds the pages.</param>
/// <param name="Blocks">Full blocks.</param>
/// <param name="Last">Names the last of them.</param>
internal sealed record KeptPrefix(string AdapterDigest, KvSequence Kv, int Blocks, BlockKey Last);
