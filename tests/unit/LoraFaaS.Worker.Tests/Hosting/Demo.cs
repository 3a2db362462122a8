using System.Text.Json;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>The trained demo backbone and its adapters, as the worker meets them.</summary>
internal static class Demo
{
    public static string BackboneFolder => RepositoryRoot.Of("deploy", "demo", "backbone");

    public static async Task<Digest> BackboneDigestAsync(CancellationToken cancellationToken) =>
        Digest.FromHash((await CheckpointDigest.ComputeAsync(BackboneFolder, cancellationToken)).ValueOrThrow());

    /// <summary>The canonical archive of an adapter.</summary>
    public static async Task<byte[]> ArchiveAsync(string adapter, CancellationToken cancellationToken)
    {
        using var archive = new MemoryStream();
        (await AdapterArchive.WriteFolderAsync(RepositoryRoot.Of("deploy", "demo", "adapters", adapter), archive, cancellationToken)).ValueOrThrow();
        return archive.ToArray();
    }

    public static IReadOnlyList<(string Prompt, string Expected)> Evaluation(string adapter, int count) =>
    [
        .. File.ReadLines(RepositoryRoot.Of("deploy", "demo", "eval", adapter + ".jsonl")).Take(count).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            return (json.RootElement.GetProperty("prompt").GetString()!, json.RootElement.GetProperty("expected").GetString()!);
        }),
    ];

    public static GenerateRequest Request(Digest backbone, byte[]? archive, string prompt, string trustDomain = "openfaas-fn", int maxTokens = 64, string function = "fn") => new()
    {
        CallId = Guid.NewGuid().ToString(),
        Revision = new RevisionRef
        {
            Namespace = "openfaas-fn",
            Function = function,
            Number = 1,
            BackboneDigest = backbone.Value,
            AdapterDigest = archive is null ? "" : Digest.OfBytes(archive).Value,
            AdapterBytes = archive?.Length ?? 0,
            TrustDomain = trustDomain,
        },
        Prompt = new Prompt { UserText = prompt },
        Sampling = new Sampling { TopP = 1, RepetitionPenalty = 1, MaxTokens = maxTokens, TopLogprobs = -1 },
        Stream = true,
    };
}
