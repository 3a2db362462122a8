using System.Text;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Functions.Testing;

/// <summary>One invocation for authors' tests: a request in, the function run in the test's own process, the answer out.</summary>
public sealed class TestInvocation : IFunctionLog, IDisposable
{
    private readonly MemoryStream _body = new();
    private readonly List<string> _log = [];

    /// <summary>An invocation of this request, with these answers of the adapter.</summary>
    public TestInvocation(FunctionRequest request, IGenerator generator, FunctionSecrets? secrets = null)
    {
        Context = new FunctionContext
        {
            CallId = new CallId("test"),
            Function = new FunctionId(NamespaceName.Default, new FunctionName("test")),
            Request = request,
            Response = new FunctionResponse(_body),
            Generator = generator,
            Secrets = secrets ?? FunctionSecrets.None,
            Log = this,
            Deadline = DateTimeOffset.MaxValue,
        };
    }

    /// <summary>An invocation with a text as body.</summary>
    public TestInvocation(string body, IGenerator generator)
        : this(new FunctionRequest { Body = Encoding.UTF8.GetBytes(body), ContentType = "text/plain; charset=utf-8" }, generator)
    {
    }

    /// <summary>What the function is given.</summary>
    public FunctionContext Context { get; }

    /// <summary>What it has answered so far, as UTF-8.</summary>
    public string Answer => Encoding.UTF8.GetString(_body.GetBuffer(), 0, (int)_body.Length);

    /// <summary>Lines it wrote to its log.</summary>
    public IReadOnlyList<string> Lines => _log;

    /// <summary>Runs it to its end and returns the answer.</summary>
    public async Task<string> RunAsync(ILoraFunction function, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        await function.InvokeAsync(Context, cancellationToken).ConfigureAwait(false);
        return Answer;
    }

    void IFunctionLog.Write(FunctionLogLevel level, string text) => _log.Add(text);

    /// <inheritdoc/>
    public void Dispose() => _body.Dispose();
}
