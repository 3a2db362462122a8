using Spectre.Console;

namespace LoraFaaS.Cli.Output;

/// <summary>A bar on a terminal while something of unknown length is done, with the time that it has taken; nothing in a file or pipe.</summary>
internal static class BusyBar
{
    public static async Task<T> RunAsync<T>(string subject, bool silent, Func<Task<T>> work)
    {
        if (silent || Console.IsErrorRedirected)
        {
            return await work();
        }

        return await Terminal.Errors.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                context.AddTask(Markup.Escape(subject)).IsIndeterminate = true;
                return work();
            });
    }
}
