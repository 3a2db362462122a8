using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Google.Protobuf;
using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Machine;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Bench.Workers;

/// <summary>A real worker process with real sandboxes and no controller: it serves what lies on its disk, which <see cref="PrepareAsync"/> put there.</summary>
internal sealed class WorkerRun : IAsyncDisposable
{
    /// <summary>More than the runtime's thirty, after which it compiles a method anew.</summary>
    private const int PractisedCalls = 100;

    private const string Token = "0123456789abcdef0123456789abcdef0123456789";

    private readonly ChildProcess _process;
    private readonly HttpClient _http;
    private readonly SocketStamps _stamps;
    private ForemostCaller? _foremost;
    private int _calls;

    private WorkerRun(ChildProcess process, HttpClient http, SocketStamps stamps) => (_process, _http, _stamps) = (process, http, stamps);

    public int ProcessId => _process.Id;

    /// <summary>Called when the first token of a call is here, before anything else is done.</summary>
    public Action? FirstToken { get; set; }

    /// <summary>Calls are made by a <see cref="ForemostCaller"/>, one after another, instead of among all other threads.</summary>
    public bool CallsFirst { get; set; }

    /// <summary>Puts a backbone's name and the adapters' archives where a worker keeps them, and says of each file that it was counted, as a worker does that has fetched it. Answers the backbone's digest and the adapters', with their bytes.</summary>
    public static async Task<(Digest Backbone, IReadOnlyList<(Digest Digest, long Bytes)> Adapters)> PrepareAsync(string data, SyntheticModels models, IReadOnlyList<int> ranks)
    {
        var artifacts = Directory.CreateDirectory(Path.Combine(data, "worker", "artifacts")).FullName;
        var verified = Directory.CreateDirectory(Path.Combine(data, "worker", "verified-artifacts")).FullName;
        var backbone = Digest.FromHash((await CheckpointDigest.ComputeAsync(models.Backbone, CancellationToken.None)).ValueOrThrow());
        await File.WriteAllTextAsync(
            Path.Combine(data, "worker", "backbones.json"), JsonSerializer.Serialize(new[] { new { digest = backbone.Value, name = "bench", path = models.Backbone } }));
        await File.WriteAllTextAsync(Path.Combine(data, "token"), Token);
        var adapters = new List<(Digest, long)>();

        for (var number = 0; number < ranks.Count; number++)
        {
            using var archive = new MemoryStream();
            (await AdapterArchive.WriteFolderAsync(models.Adapter(number, ranks[number]), archive, CancellationToken.None)).ValueOrThrow();
            var digest = Digest.OfBytes(archive.ToArray());
            var file = Path.Combine(artifacts, digest.Hex);
            await File.WriteAllBytesAsync(file, archive.ToArray());
            await File.WriteAllTextAsync(Path.Combine(verified, digest.Hex), FileStamp.Of(file)!.Text);
            adapters.Add((digest, archive.Length));
        }

        return (backbone, adapters);
    }

    public static async Task<WorkerRun> StartAsync(string data, params string[] options)
    {
        var readyFile = Path.Combine(data, "ready.json");
        File.Delete(readyFile);
        var process = ChildProcess.StartDotnet(
            RepositoryRoot.Built("gpu-worker/LoraFaaS.Worker", "LoraFaaS.Worker.dll"),
            [
                "--Host:ReadyFile", readyFile, "--Host:ExitWithParent", "true", "--Internal:TokenFile", Path.Combine(data, "token"),
                "--Worker:DataPath", Path.Combine(data, "worker"), "--Worker:SandboxPath", RepositoryRoot.Built("gpu-worker/LoraFaaS.Sandbox", "LoraFaaS.Sandbox"),
                "--Logging:LogLevel:Default", "Warning", .. options,
            ],
            data);
        using var ready = await process.WaitForReadyFileAsync(readyFile);
        var stamps = new SocketStamps();
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = (context, cancellationToken) => StampedStream.ConnectAsync(context.DnsEndPoint, stamps, cancellationToken) })
        {
            BaseAddress = new Uri(FindUrl(ready.RootElement)), Timeout = TimeSpan.FromMinutes(10),
        };
        http.DefaultRequestHeaders.Add(WireHeaders.InternalToken, Token);
        var run = new WorkerRun(process, http, stamps);
        await run.PractiseAsync();
        return run;
    }

    /// <summary>Seconds on the clock that calls are timed with.</summary>
    public static double Now => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    /// <summary>Methods that the worker's runtime has compiled so far, and what that took, by its own metrics.</summary>
    public async Task<(double Methods, double Milliseconds)> CompiledAsync()
    {
        var metrics = (await _http.GetStringAsync("/metrics")).Split('\n');
        return (Of("dotnet_jit_compiled_methods"), 1_000 * Of("dotnet_jit_compilation_time"));

        double Of(string family) => metrics.Where(line => line.StartsWith(family, StringComparison.Ordinal)).Sum(line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
    }

    /// <summary>Brings an adapter to the device and runs nothing: a call whose prompt no vocabulary has is refused when everything that it needs is there.</summary>
    public async Task LoadAsync(Digest backbone, (Digest Digest, long Bytes) adapter, string domain, string function)
    {
        var call = await CallAsync(backbone, adapter, domain, function, [int.MaxValue], 1);

        if (call.Problem?.Contains("A token is not one of", StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException(call.Problem ?? "a prompt of no token was served");
        }
    }

    public Task<TimedCall> CallAsync(Digest backbone, (Digest Digest, long Bytes)? adapter, string domain, string function, int prompt, int tokens, TimeSpan? limit = null, CallPromise promise = default)
    {
        // Another beginning for each call: nobody finds another's prefix.
        var seed = 100 + (Interlocked.Increment(ref _calls) * 7);
        return CallAsync(backbone, adapter, domain, function, Enumerable.Range(0, prompt).Select(i => ((seed * (i + 1)) % 2_000) + 100), tokens, limit, promise);
    }

    /// <summary>A function as a call names it.</summary>
    public static RevisionRef RevisionOf(Digest backbone, (Digest Digest, long Bytes)? adapter, string domain, string function, CallPromise promise = default) => new()
    {
        Namespace = domain, Function = function, Number = 1, BackboneDigest = backbone.Value, AdapterDigest = adapter?.Digest.Value ?? "",
        AdapterBytes = adapter?.Bytes ?? 0, TrustDomain = domain,
        SloTtftMs = (int)(promise.FirstToken?.TotalMilliseconds ?? 0), SloTpotMs = (int)(promise.BetweenTokens?.TotalMilliseconds ?? 0),
    };

    private Task<TimedCall> CallAsync(
        Digest backbone, (Digest Digest, long Bytes)? adapter, string domain, string function, IEnumerable<int> prompt, int tokens, TimeSpan? limit = null, CallPromise promise = default)
    {
        var ids = new TokenIds();
        ids.Ids.AddRange(prompt);
        return CallAsync(RevisionOf(backbone, adapter, domain, function, promise), new Prompt { Tokens = ids }, tokens, limit);
    }

    public async Task<TimedCall> CallAsync(RevisionRef revision, Prompt prompt, int tokens, TimeSpan? limit = null)
    {
        var request = new GenerateRequest
        {
            CallId = Guid.NewGuid().ToString(),
            Revision = revision,
            Prompt = prompt,
            Sampling = new Sampling { TopP = 1, RepetitionPenalty = 1, MaxTokens = tokens, TopLogprobs = -1, IgnoreEos = true },
            Stream = true,
        };
        var timeLimit = limit ?? TimeSpan.FromMinutes(5);

        if (CallsFirst)
        {
            var listener = new GenerateListener(FirstToken);
            var answer = await (_foremost ??= new ForemostCaller(_http.BaseAddress!)).PostAsync(
                "/v1/generate",
                [$"{WireHeaders.InternalToken}: {Token}", string.Create(CultureInfo.InvariantCulture, $"{WireHeaders.TimeLeft}: {(long)timeLimit.TotalMilliseconds}"), "Content-Type: application/x-protobuf"],
                request.ToByteArray(),
                listener);
            return listener.Sum(answer);
        }

        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/generate") { Content = new ByteArrayContent(request.ToByteArray()) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        message.Headers.Add(WireHeaders.TimeLeft, ((long)timeLimit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        var begun = Now;
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        return response.IsSuccessStatusCode
            ? await ReadAsync(begun, response)
            : new TimedCall(begun, [], null, await response.Content.ReadAsStringAsync()) { RetryAfter = response.Headers.RetryAfter?.Delta };
    }

    public async ValueTask DisposeAsync()
    {
        _foremost?.Dispose();
        _http.Dispose();
        _process.Terminate();
        await Patience.ForAsync(_process.Exited);
        await _process.DisposeAsync();
    }

    /// <summary>The client's own code, what watches a call included, is compiled anew before anything is timed with it, and not beside an answer, on the processors that compute it.</summary>
    private async Task PractiseAsync()
    {
        for (var call = 0; call < PractisedCalls; call++)
        {
            using var response = await _http.GetAsync("/healthz", HttpCompletionOption.ResponseHeadersRead);
            await response.Content.ReadAsByteArrayAsync();
            await CompiledAsync();
            _ = ProcessorWork.Begin(ProcessId).Milliseconds;
        }
    }

    private async Task<TimedCall> ReadAsync(double begun, HttpResponseMessage response)
    {
        await using var reader = new FrameReader<GenerateEvent>(await response.Content.ReadAsStreamAsync(), GenerateEvent.Parser);
        var tokens = new List<double>();
        var socketMs = double.NaN;

        await foreach (var happened in reader.ReadAllAsync(CancellationToken.None))
        {
            switch (happened.KindCase)
            {
                case GenerateEvent.KindOneofCase.Tokens:
                    tokens.Add(Now);

                    if (tokens.Count == 1)
                    {
                        socketMs = 1_000 * (_stamps.ReceivedAt - _stamps.SentAt);
                        FirstToken?.Invoke();
                    }

                    break;
                case GenerateEvent.KindOneofCase.Finished:
                    return new TimedCall(begun, tokens, happened.Finished.ColdStart, null) { SocketMs = socketMs };
                case GenerateEvent.KindOneofCase.Failed:
                    return new TimedCall(begun, tokens, null, happened.Failed.Message);
            }
        }

        return new TimedCall(begun, tokens, null, "the stream ended without its end");
    }

    /// <summary>The first http address in the ready file, wherever it stands.</summary>
    private static string FindUrl(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Select(property => FindUrl(property.Value)).FirstOrDefault(url => url.Length > 0, ""),
        JsonValueKind.String when element.GetString()!.StartsWith("http://", StringComparison.Ordinal) => element.GetString()!,
        _ => "",
    };
}
