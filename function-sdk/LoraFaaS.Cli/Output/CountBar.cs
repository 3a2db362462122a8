using Spectre.Console;

namespace LoraFaaS.Cli.Output;

/// <summary>A bar on a terminal while a known number of things is done.</summary>
internal static class CountBar
{
    /// <param name="work">Calls its argument after each thing; any thread may.</param>
    public static async Task<T> RunAsync<T>(string subject, int total, bool silent, Func<Action, Task<T>> work)
    {
        if (silent || Console.IsErrorRedirected)
        {
            return await work(() => { });
        }

        return await Terminal.Errors.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var bar = context.AddTask(Markup.Escape(subject), maxValue: total);
                return work(() => bar.Increment(1));
            });
    }
}
