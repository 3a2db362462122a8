using System.Globalization;
using System.Net.Http.Headers;
using Google.Protobuf;
using LoraFaaS.Checkpoints;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Packaging;
using LoraFaaS.Protocol.Data;
using LoraFaaS.ServiceDefaults;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.TestKit.Files;
using LoraFaaS.Worker;
using LoraFaaS.Worker.Backbones;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LoraFaaS.Bench.Isolation;

/// <summary>
/// A worker in this process that serves the demo backbone from real sandboxes, honest ones and those of trust domains named "evil…", and runs the hostile function's code in real handlers.
/// </summary>
internal sealed class WorkerRun : IAsyncDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef0123456789";

    private readonly TempFolder _folder;
    private readonly WebApplication _app;
    private readonly Task<int> _running;
    private readonly HttpClient _http;
    private readonly Digest _backbone;
    private readonly byte[] _code;

    private WorkerRun(TempFolder folder, WebApplication app, Task<int> running, HttpClient http, Digest backbone, byte[] code) =>
        (_folder, _app, _running, _http, _backbone, _code) = (folder, app, running, http, backbone, code);

    public static async Task<WorkerRun> StartAsync(CancellationToken cancellationToken)
    {
        var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("token"), Token, cancellationToken);
        var code = await PackAsync(cancellationToken);
        var artifacts = Directory.CreateDirectory(folder.File("worker", "artifacts")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(artifacts, Digest.OfBytes(code).Hex), code, cancellationToken);
        var app = WorkerHost.Build(
        [
            "--Internal:TokenFile", folder.File("token"),
            "--Worker:DataPath", folder.File("worker"),
            "--Worker:SandboxPath", RepositoryRoot.Built("tests/attacks/LoraFaaS.HostileSandbox", "LoraFaaS.HostileSandbox"),
            "--Worker:LauncherPath", RepositoryRoot.Built("gpu-worker/LoraFaaS.Launcher", "LoraFaaS.Launcher"),
            "--Worker:Handlers:Path", RepositoryRoot.Built("function-sdk/LoraFaaS.Handler", "LoraFaaS.Handler"),
            "--Worker:Handlers:Blanks", "0",
            "--Worker:DeviceMemory", "256Mi",
            "--Worker:SandboxMemory", "64Mi",
            "--Worker:BlankSandboxes", "1",
            "--Logging:LogLevel:Default", "Error",
        ]);
        var running = app.RunHostAsync();
        var addresses = await app.Services.GetRequiredService<HostAddresses>().ListeningAsync(cancellationToken);
        var http = new HttpClient { BaseAddress = new Uri(addresses.Http), Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Add(WireHeaders.InternalToken, Token);

        var checkpoint = RepositoryRoot.Of("deploy", "demo", "backbone");
        var backbone = Digest.FromHash((await CheckpointDigest.ComputeAsync(checkpoint, cancellationToken)).ValueOrThrow());
        app.Services.GetRequiredService<BackboneCatalogue>().Know(new KnownBackbone(backbone, "lory-5m", checkpoint));
        return new WorkerRun(folder, app, running, http, backbone, code);
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>The answer's stream, to be read by the caller.</summary>
    public Task<Stream> AskAsync(string prompt, string trustDomain, int maxTokens, CancellationToken cancellationToken)
    {
        var request = Request(trustDomain, maxTokens);
        request.Prompt = new Prompt { UserText = prompt };
        return SendAsync(request, cancellationToken);
    }

    /// <summary>The same of the hostile function's code, which gets the body.</summary>
    public Task<Stream> AskCodeAsync(string body, string trustDomain, CancellationToken cancellationToken)
    {
        var request = Request(trustDomain, maxTokens: 1);
        request.Revision.CodeDigest = Digest.OfBytes(_code).Value;
        request.Revision.CodeBytes = _code.Length;
        request.Call = new FunctionCall { Method = "POST", Path = "/attack", ContentType = "text/plain", Body = ByteString.CopyFromUtf8(body) };
        return SendAsync(request, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await _running;
        _http.Dispose();
        _folder.Dispose();
    }

    private GenerateRequest Request(string trustDomain, int maxTokens) => new()
    {
        CallId = Guid.NewGuid().ToString(),
        Revision = new RevisionRef { Namespace = trustDomain, Function = "fn", Number = 1, BackboneDigest = _backbone.Value, TrustDomain = trustDomain },
        Sampling = new Sampling { TopP = 1, RepetitionPenalty = 1, MaxTokens = maxTokens, TopLogprobs = -1, IgnoreEos = true },
        Stream = true,
    };

    private async Task<Stream> SendAsync(GenerateRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/generate") { Content = new ByteArrayContent(request.ToByteArray()) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        message.Headers.Add(WireHeaders.TimeLeft, TimeSpan.FromMinutes(2).TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    private static async Task<byte[]> PackAsync(CancellationToken cancellationToken)
    {
        using var tar = new MemoryStream();
        var folder = Path.GetDirectoryName(RepositoryRoot.Built("tests/functions/LoraFaaS.HostileFunction", "LoraFaaS.HostileFunction.dll"))!;
        return await PackageArchive.WriteAsync(folder, tar, cancellationToken) is { } problem ? throw new InvalidOperationException(problem.ToString()) : tar.ToArray();
    }
}
