using System.Globalization;
using System.Net.Http.Headers;
using Google.Protobuf;
using LoraFaaS.Checkpoints;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
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

/// <summary>A worker in this process that serves the demo backbone from real sandboxes, honest ones and those of trust domains named "evil…".</summary>
internal sealed class WorkerRun : IAsyncDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef0123456789";

    private readonly TempFolder _folder;
    private readonly WebApplication _app;
    private readonly Task<int> _running;
    private readonly HttpClient _http;
    private readonly Digest _backbone;

    private WorkerRun(TempFolder folder, WebApplication app, Task<int> running, HttpClient http, Digest backbone) =>
        (_folder, _app, _running, _http, _backbone) = (folder, app, running, http, backbone);

    public static async Task<WorkerRun> StartAsync(CancellationToken cancellationToken)
    {
        var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("token"), Token, cancellationToken);
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
        return new WorkerRun(folder, app, running, http, backbone);
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>The answer's stream, to be read by the caller.</summary>
    public async Task<Stream> AskAsync(string prompt, string trustDomain, int maxTokens, CancellationToken cancellationToken)
    {
        var request = new GenerateRequest
        {
            CallId = Guid.NewGuid().ToString(),
            Revision = new RevisionRef { Namespace = trustDomain, Function = "fn", Number = 1, BackboneDigest = _backbone.Value, TrustDomain = trustDomain },
            Prompt = new Prompt { UserText = prompt },
            Sampling = new Sampling { TopP = 1, RepetitionPenalty = 1, MaxTokens = maxTokens, TopLogprobs = -1, IgnoreEos = true },
            Stream = true,
        };
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/generate") { Content = new ByteArrayContent(request.ToByteArray()) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        message.Headers.Add(WireHeaders.TimeLeft, TimeSpan.FromMinutes(2).TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await _running;
        _http.Dispose();
        _folder.Dispose();
    }
}
