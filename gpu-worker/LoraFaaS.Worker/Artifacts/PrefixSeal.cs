using System.Text;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>What the pieces of one file are enciphered for: they open under the same number and for the same owner only.</summary>
/// <param name="Number">Of the file, never given twice in a process: with a piece's place it is the nonce.</param>
/// <param name="Owner">Trust domain, backbone, function, revision and length, bound to each piece.</param>
internal sealed record PrefixSeal(ulong Number, ReadOnlyMemory<byte> Owner)
{
    public static PrefixSeal Of(ulong number, PrefixImage image) =>
        new(number, Encoding.UTF8.GetBytes($"{image.Key.Sandbox.TrustDomain.Value}\n{image.Key.Sandbox.Backbone.Value}\n{image.Key.Name}\n{image.Size.Bytes}"));
}
