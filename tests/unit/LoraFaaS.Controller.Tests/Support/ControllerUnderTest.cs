using System.Net.Http.Headers;
using System.Text;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Addresses;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.Controller.Tests.Support;

/// <summary>The real controller in this process: real Kestrel on free ports, the embedded store in a folder of its own.</summary>
public sealed class ControllerUnderTest : IAsyncDisposable
{
    private const string Token = "a-token-for-tests-that-is-long-enough-0123456789";

    private readonly TempFolder _folder;
    private readonly bool _ownsFolder;
    private readonly WebApplication _app;
    private readonly Task<int> _running;
    private readonly GrpcChannel _channel;

    private ControllerUnderTest(TempFolder folder, bool ownsFolder, WebApplication app, Task<int> running, HostUrls urls)
    {
        _folder = folder;
        _ownsFolder = ownsFolder;
        _app = app;
        _running = running;
        Http = new HttpClient { BaseAddress = new Uri(urls.Http), Timeout = Patience.Limit };
        Http.DefaultRequestHeaders.Add(WireHeaders.InternalToken, Token);
        Stranger = new HttpClient { BaseAddress = new Uri(urls.Http), Timeout = Patience.Limit };
        _channel = new GrpcChannel(new GrpcChannelOptions
        {
            Servers = ServerAddresses.Parse(urls.Rpc!),
            Metadata = [KeyValuePair.Create(WireHeaders.InternalToken, Token)],
        });
        Control = new ControlClient(_channel);
        Calls = new CallsClient(_channel);
    }

    public HttpClient Http { get; }

    /// <summary>Knows no token.</summary>
    public HttpClient Stranger { get; }

    public ControlClient Control { get; }

    public CallsClient Calls { get; }

    public IServiceProvider Services => _app.Services;

    public static Task<ControllerUnderTest> StartAsync(params string[] arguments) => StartAsync(new TempFolder(), ownsFolder: true, arguments);

    /// <summary>On a folder that outlives it.</summary>
    public static Task<ControllerUnderTest> StartOnAsync(TempFolder folder, params string[] arguments) => StartAsync(folder, ownsFolder: false, arguments);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json = null)
    {
        var request = new HttpRequestMessage(method, path);

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<(int Status, string Body)> AskAsync(HttpMethod method, string path, string? json = null)
    {
        using var response = await SendAsync(method, path, json);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Stranger.Dispose();
        _channel.Dispose();

        // As SIGTERM does: whoever runs it stops it, and disposes it when it has stopped.
        _app.Lifetime.StopApplication();
        await _running;

        if (_ownsFolder)
        {
            _folder.Dispose();
        }
    }

    private static async Task<ControllerUnderTest> StartAsync(TempFolder folder, bool ownsFolder, string[] arguments)
    {
        var token = folder.File("token");
        await File.WriteAllTextAsync(token, Token);

        var key = folder.File("secrets-key");

        if (!File.Exists(key))
        {
            await File.WriteAllTextAsync(key, new string('a', 64));
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var app = ControllerPipeline.Build(
        [
            "--Internal:TokenFile", token, "--Storage:DataPath", folder.File("data"), "--Controller:SecretsKeyFile", key,

            // As here: a scripted worker that a loaded machine keeps from its heartbeats for seconds is not to be taken for a lost one.
            "--Controller:Workers:SessionTimeout", "00:01:00",
            "--Logging:LogLevel:Default", Environment.GetEnvironmentVariable("LORAFAAS_TEST_LOG") ?? "Error", .. arguments,
        ]);

        var running = LoraFaaS.ServiceDefaults.HostDefaults.RunHostAsync(app);
        var listening = app.Services.GetRequiredService<HostAddresses>().ListeningAsync(CancellationToken.None);

        if (await Task.WhenAny(listening, running).WaitAsync(Patience.Limit) == running)
        {
            throw new InvalidOperationException($"The controller ended with {await running}.");
        }

        return new ControllerUnderTest(folder, ownsFolder, app, running, await listening);
    }
}
