using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;
using LoraFaaS.ServiceDefaults;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Platform;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>The whole worker on a port of its own, with real sandbox processes, and a caller who knows the token.</summary>
internal sealed class WorkerUnderTest : IAsyncDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef0123456789";

    private readonly IServiceProvider _services;
    private readonly Task<int> _running;

    private WorkerUnderTest(IServiceProvider services, Task<int> running, string url)
    {
        _services = services;
        _running = running;
        Http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(5) };
        Http.DefaultRequestHeaders.Add(WireHeaders.InternalToken, Token);
    }

    public HttpClient Http { get; }

    public SandboxSupervisor Supervisor => _services.GetRequiredService<SandboxSupervisor>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public static string WriteToken(TempFolder folder)
    {
        var path = folder.File("token");
        File.WriteAllText(path, Token);
        return path;
    }

    public static async Task<WorkerUnderTest> StartAsync(TempFolder folder, string? controllerRpcUrl, params string[] options)
    {
        string[] args =
        [
            "--Internal:TokenFile", WriteToken(folder),
            "--Worker:DataPath", folder.File("worker"),
            "--Worker:SandboxPath", RepositoryRoot.Built("gpu-worker/LoraFaaS.Sandbox", "LoraFaaS.Sandbox"),
            "--Worker:Handlers:Path", RepositoryRoot.Built("function-sdk/LoraFaaS.Handler", "LoraFaaS.Handler"),
            "--Worker:LauncherPath", RepositoryRoot.Built("gpu-worker/LoraFaaS.Launcher", "LoraFaaS.Launcher"),
            "--Worker:ControllerRpcUrl", controllerRpcUrl ?? "",
            "--Worker:DeviceMemory", "96Mi",
            "--Worker:SandboxMemory", "32Mi",
            "--Worker:Threads", "1",

            // A test that is about progress asks for it; elsewhere a slow machine must not turn a status into an event.
            "--Worker:ProgressInterval", "00:05:00",
            // As here: on a machine with too much to do a healthy sandbox may have no processor for seconds, and two ended ones end an invocation.
            "--Worker:SandboxSilence", "00:01:00",
            "--Host:ShutdownTimeout", "00:00:30",
            "--Logging:LogLevel:Default", "Error",
            .. options,
        ];

        var app = WorkerHost.Build(args);
        var services = app.Services;
        var running = app.RunHostAsync();
        var listening = services.GetRequiredService<HostAddresses>().ListeningAsync(CancellationToken.None);
        await Patience.ForAsync(Task.WhenAny(listening, running));

        return listening.IsCompleted
            ? new WorkerUnderTest(services, running, (await listening).Http)
            : throw new InvalidOperationException("The worker did not start; standard error says why.");
    }

    public async Task<HttpResponseMessage> PostAsync(GenerateRequest request, TimeSpan? timeLeft, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/generate") { Content = new ByteArrayContent(request.ToByteArray()) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");

        if (timeLeft is { } time)
        {
            message.Headers.Add(WireHeaders.TimeLeft, ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        }

        return await Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public async Task<Generation> GenerateAsync(GenerateRequest request, CancellationToken cancellationToken)
    {
        using var response = await PostAsync(request, TimeSpan.FromMinutes(4), cancellationToken);
        return await Generation.ReadAsync(response, cancellationToken);
    }

    /// <summary>The first line of the answer to a request whose body does not come.</summary>
    public async Task<string?> PostHalfAsync(TimeSpan timeLeft, CancellationToken cancellationToken)
    {
        using var client = new TcpClient(Http.BaseAddress!.Host, Http.BaseAddress.Port);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST /v1/generate HTTP/1.1\r\nHost: worker\r\n{WireHeaders.InternalToken}: {Token}\r\n{WireHeaders.TimeLeft}: {timeLeft.TotalMilliseconds:0}\r\nContent-Length: 100\r\n\r\n");
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
        using var reader = new StreamReader(client.GetStream());
        return await Patience.ForAsync(reader.ReadLineAsync(cancellationToken).AsTask());
    }

    public ResidentSandbox SandboxOf(string trustDomain) =>
        Supervisor.Resident.Single(sandbox => sandbox.Key.TrustDomain == new TrustDomain(trustDomain));

    /// <summary>Process ids of what lives in this worker's folder: each has a home of its own there.</summary>
    public IReadOnlyList<int> Running(string program) =>
        [.. ProcessTree.DescendantsOf(Environment.ProcessId, program).Where(pid => EnvironmentOf(pid).Contains(Get<RuntimeFolder>().Path, StringComparison.Ordinal))];

    /// <summary>The one process of a program, as soon as there is one and the condition holds: both seen at one look, for the next may see it between two programs.</summary>
    public async Task<int> OnlyAsync(string program, Func<bool> condition)
    {
        var pid = 0;
        await Patience.UntilAsync(() => condition() && Running(program) is [var only] && (pid = only) > 0);
        return pid;
    }

    /// <summary>As SIGTERM does. Completes with the exit code.</summary>
    public Task<int> StopAsync()
    {
        _services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        return _running;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_running.IsCompleted)
        {
            await StopAsync();
        }

        Http.Dispose();
    }

    private static string EnvironmentOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
