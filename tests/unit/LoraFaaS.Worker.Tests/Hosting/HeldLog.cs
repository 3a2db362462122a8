using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>Holds whoever logs a line with some words, so that a test can look at what is otherwise over in a moment.</summary>
internal sealed class HeldLog(string words) : ILoggerProvider, ILogger
{
    private readonly TaskCompletionSource<string> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();

    /// <summary>The first such line.</summary>
    public Task<string> Reached => _reached.Task;

    public void Release() => _released.Set();

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (formatter(state, exception) is var line && line.Contains(words, StringComparison.Ordinal))
        {
            _reached.TrySetResult(line);
            _released.Wait(TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => _released.Set();
}
