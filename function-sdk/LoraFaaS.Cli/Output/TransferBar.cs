using Spectre.Console;

namespace LoraFaaS.Cli.Output;

/// <summary>A bar on a terminal while bytes move; nothing in a file or pipe, where the lines before and after say enough.</summary>
internal static class TransferBar
{
    /// <param name="subject">What moves, for example <c>sentiment</c>.</param>
    /// <param name="source">Its bytes, from their beginning; read to the end by <paramref name="transfer"/>.</param>
    public static async Task<T> RunAsync<T>(string subject, Stream source, bool silent, Func<Stream, Task<T>> transfer)
    {
        if (silent || Console.IsErrorRedirected || source.Length == 0)
        {
            return await transfer(source);
        }

        return await Terminal.Errors.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(subject), maxValue: source.Length);
                await using var counted = new CountedStream(source, bytes => bar.Increment(bytes));
                return await transfer(counted);
            });
    }

    /// <summary>The same for bytes that come, of which nobody knows yet how many there are.</summary>
    public static async Task<T> CountAsync<T>(string subject, bool silent, Func<Action<int>, Task<T>> transfer)
    {
        if (silent || Console.IsErrorRedirected)
        {
            return await transfer(_ => { });
        }

        return await Terminal.Errors.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new CountColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                var bar = context.AddTask(Markup.Escape(subject), maxValue: long.MaxValue);
                return transfer(bytes => bar.Increment(bytes));
            });
    }
}
