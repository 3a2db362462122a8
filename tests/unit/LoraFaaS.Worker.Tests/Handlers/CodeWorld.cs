using System.Runtime.CompilerServices;
using Google.Protobuf;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Packaging;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Handlers;
using LoraFaaS.Worker.Tests.Hosting;

namespace LoraFaaS.Worker.Tests.Handlers;

/// <summary>A worker whose store holds the packages of test functions beside the demo's adapters.</summary>
internal sealed class CodeWorld : IAsyncDisposable
{
    private readonly byte[] _package;
    private readonly DemoWorld _demo;

    private CodeWorld(DemoWorld demo, byte[] package)
    {
        _demo = demo;
        _package = package;
    }

    public DemoWorld Demo => _demo;

    public WorkerUnderTest Worker => _demo.Worker;

    public HandlerSupervisor Handlers => Worker.Get<HandlerSupervisor>();

    public static async Task<CodeWorld> StartAsync(params string[] options) => await StartAsync("LoraFaaS.TestFunction", options);

    public static async Task<CodeWorld> StartAsync(string project, string[] options)
    {
        var package = await PackAsync(project);
        var demo = await DemoWorld.StartAsync(options);
        demo.Controller.Store.Put(package);
        return new CodeWorld(demo, package);
    }

    /// <summary>A function's name of the test's own, made of the test's.</summary>
    public static string NameOf([CallerMemberName] string test = "") =>
        test.Contains('_', StringComparison.Ordinal) ? test.ToLowerInvariant().Replace('_', '-')[..Math.Min(test.Length, 40)].TrimEnd('-') : test;

    public ResidentHandler HandlerOf(string function) => Handlers.Resident.Single(handler => handler.Key.Function.Name.Value == function);

    public GenerateRequest Request(string path, string body = "", [CallerMemberName] string function = "")
    {
        var request = _demo.Request("sentiment", "unused", maxTokens: 32);
        request.Prompt = null;
        request.Revision.Function = NameOf(function);
        request.Revision.CodeDigest = Digest.OfBytes(_package).Value;
        request.Revision.CodeBytes = _package.Length;
        request.Call = new FunctionCall { Method = "POST", Path = path, ContentType = "text/plain", Body = ByteString.CopyFromUtf8(body) };
        return request;
    }

    public async Task<CodeAnswer> CallAsync(GenerateRequest request, TimeSpan? timeLeft = null)
    {
        using var response = await Worker.PostAsync(request, timeLeft ?? TimeSpan.FromMinutes(4), TestContext.Current.CancellationToken);
        return new CodeAnswer(await Generation.ReadAsync(response, TestContext.Current.CancellationToken));
    }

    public Task<CodeAnswer> CallAsync(string path, string body = "", [CallerMemberName] string function = "") => CallAsync(Request(path, body, function));

    public Task LoggedAsync(string function, string part) =>
        Patience.UntilAsync(() => _demo.Controller.Logs.Any(line => line.Function == function && line.Text.Contains(part, StringComparison.Ordinal)), $"a line of {function} with '{part}'");

    public ValueTask DisposeAsync() => _demo.DisposeAsync();

    private static async Task<byte[]> PackAsync(string project)
    {
        using var tar = new MemoryStream();
        var folder = Path.GetDirectoryName(RepositoryRoot.Built($"tests/functions/{project}", project + ".dll"))!;
        Assert.Null(await PackageArchive.WriteAsync(folder, tar, TestContext.Current.CancellationToken));
        return tar.ToArray();
    }
}
