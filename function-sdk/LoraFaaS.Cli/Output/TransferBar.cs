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
}
