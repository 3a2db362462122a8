using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>What is known of a prompt prefix that is kept outside the device.</summary>
/// <param name="Key">Whose it is.</param>
/// <param name="Adapter">What it was computed with; null: the backbone alone.</param>
/// <param name="Size">Bytes of its image, deciphered.</param>
/// <param name="Computed">What computing it took here.</param>
internal sealed record PrefixImage(PrefixKey Key, Digest? Adapter, ByteSize Size, TimeSpan Computed);
