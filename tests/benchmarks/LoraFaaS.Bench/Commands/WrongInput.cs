namespace LoraFaaS.Bench.Commands;

/// <summary>Files that are missing, or are not what they should be, are said in one line.</summary>
internal static class WrongInput
{
    private const int ExitCode = 2;

    /// <returns>The exit code.</returns>
    public static int Guard(Action run)
    {
        try
        {
            run();
            return 0;
        }
        catch (Exception exception) when (Of(exception) is { } wrong)
        {
            Console.Error.WriteLine($"error: {wrong.Message}");
            return ExitCode;
        }
    }

    /// <summary>The files' failure behind an exception: slices are simulated side by side, so that it may come wrapped, and more than once.</summary>
    private static Exception? Of(Exception exception) => exception switch
    {
        AggregateException many => many.Flatten().InnerExceptions.Select(Of).FirstOrDefault(wrong => wrong is not null),
        IOException or InvalidDataException or FormatException or UnauthorizedAccessException => exception,
        _ => null,
    };
}
