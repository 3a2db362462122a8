namespace LoraFaaS.Cli;

/// <summary>What the process's exit code means; part of the command's contract (README, "CLI").</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The platform refused, or an answer was not the expected one.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a file it names is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The platform could not be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>Stopped by Ctrl-C before it was done.</summary>
    public const int Interrupted = 130;
}
