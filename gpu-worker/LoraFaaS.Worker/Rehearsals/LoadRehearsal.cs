using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Rehearsals;

/// <summary>
/// Before the worker takes calls, a few go through a second worker in this process: the same stations, a backbone and adapters that it makes itself, from their files on disk
/// to sandboxes that are played (<see cref="PlayedSandbox"/>). Most of what a worker's first loads take is the compiling of what they pass, on the processors that
/// sequences run on; compiled code is the process's and stays. Nothing else does: books, meters, spool and log are the second worker's own and go with it. See <c>decisions/0027</c>.
/// </summary>
internal sealed class LoadRehearsal(
    IsolationStation isolation, RuntimeFolder folder, LoadThreads threads, InternalToken token, IConfiguration configuration, TimeProvider time, ILogger<LoadRehearsal> logger)
    : Rehearsal(Limit, time, logger)
{
    private const string Name = "rehearsal";

    /// <summary>Each is loaded from disk: the first into a sandbox that is opened for it, the second into one that is there.</summary>
    private const int Adapters = 2;

    /// <summary>Says that this call is traced by nobody, whatever the host exports.</summary>
    private const string Untraced = "00-00000000000000000000000000000001-0000000000000001-00";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>How many calls ended as they should: all of them.</summary>
    /// <exception cref="InvalidOperationException">One did not.</exception>
    public override async Task<int> PerformAsync(CancellationToken cancellationToken)
    {
        var data = Directory.CreateDirectory(Path.Combine(folder.Path, Name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

        try
        {
            var artifacts = await RehearsalArtifacts.MakeAsync(data, Adapters, cancellationToken);
            await using var worker = WorkerHost.BuildRehearsal(Arguments(data), isolation, folder, threads);
            await worker.StartAsync(cancellationToken);
            worker.Services.GetRequiredService<BackboneCatalogue>().Know(new KnownBackbone(artifacts.Backbone, Name, artifacts.Folder));
            var served = await CallAllAsync(worker.Urls.First(), artifacts, cancellationToken);
            await worker.StopAsync(cancellationToken);
            return served;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>What the file and the environment say of the real one's places, peers and sizes does not hold here.</summary>
    private string[] Arguments(string data) =>
    [
        "--Host:HttpUrl", "http://127.0.0.1:0", "--Host:CertificateFile", "", "--Host:KeyFile", "", "--Host:AuthorityFile", "", "--Host:ReadyFile", "",
        "--Internal:TokenFile", configuration["Internal:TokenFile"] ?? "", "--Worker:Id", Name, "--Worker:DataPath", data, "--Worker:ControllerRpcUrl", "",
        "--Worker:DeviceMemory", "32Mi", "--Worker:SandboxMemory", "16Mi", "--Worker:SandboxFirstMemory", "2Mi", "--Worker:HostMemory", "32Mi", "--Worker:ReserveMemory", "0",
        "--Worker:UsageReserve", "64Ki", "--Worker:DiskCache", "16Mi", "--Worker:BlankSandboxes", "0", "--Worker:ShareBackbone", "true", "--Worker:Weights", "stored",
    ];

    private async Task<int> CallAllAsync(string url, RehearsalArtifacts artifacts, CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { BaseAddress = new Uri(url) };
        http.DefaultRequestHeaders.Add(InternalToken.HeaderName, token.Value);
        var served = 0;

        // From the disk into a sandbox of its own; there again; the next from the disk into the same sandbox; that one from the host into another's. Last a call that is refused.
        foreach (var (adapter, domain, prompt) in ((int, string, Prompt)[])[(0, "one", Text()), (0, "one", Text()), (1, "one", Text()), (1, "two", Text()), (1, "two", Tokens())])
        {
            var wanted = prompt.KindCase is Prompt.KindOneofCase.Tokens ? GenerateEvent.KindOneofCase.Failed : GenerateEvent.KindOneofCase.Finished;
            await CallAsync(http, Request(artifacts, artifacts.Adapters[adapter], domain, prompt), wanted, stop);
            served++;
        }

        // Somebody reads these every few seconds.
        foreach (var path in (string[])["/metrics", "/healthz"])
        {
            await http.GetStringAsync(path, stop);
        }

        return served;
    }

    private static Prompt Text() => new() { UserText = "a word" };

    private static Prompt Tokens() => new() { Tokens = new TokenIds { Ids = { 1 } } };

    private static async Task CallAsync(HttpClient http, GenerateRequest request, GenerateEvent.KindOneofCase wanted, CancellationToken stop)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/generate") { Content = new ByteArrayContent(Google.Protobuf.MessageExtensions.ToByteArray(request)) };
        message.Headers.Add(WireHeaders.TimeLeft, "10000");
        message.Headers.Add("traceparent", Untraced);
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop);

        // One that nothing was said of before it was refused has its reason as a document of its own.
        if (!response.IsSuccessStatusCode && wanted is GenerateEvent.KindOneofCase.Failed)
        {
            await response.Content.ReadAsByteArrayAsync(stop);
            return;
        }

        await using var reader = new FrameReader<GenerateEvent>(await response.Content.ReadAsStreamAsync(stop), GenerateEvent.Parser);
        var last = new GenerateEvent();

        while (await reader.ReadAsync(stop) is { Message: { } happened })
        {
            last = happened;
        }

        if (last.KindCase != wanted)
        {
            throw new InvalidOperationException($"A call ended with {(int)response.StatusCode} {last}.");
        }
    }

    private static GenerateRequest Request(RehearsalArtifacts artifacts, (Contracts.Identity.Digest Digest, long Bytes) adapter, string domain, Prompt prompt) => new()
    {
        CallId = Guid.NewGuid().ToString(),
        Revision = new RevisionRef
        {
            Namespace = domain, Function = Name, Number = 1, BackboneDigest = artifacts.Backbone.Value, AdapterDigest = adapter.Digest.Value, AdapterBytes = adapter.Bytes, TrustDomain = domain,
        },
        Prompt = prompt,
        Sampling = new Sampling { TopP = 1, RepetitionPenalty = 1, MaxTokens = 2, TopLogprobs = -1 },
        Stream = true,
    };
}
