namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>Why a host cannot start, in one line for the operator: printed without a stack trace, exit code 1.</summary>
public sealed class HostStartException : Exception
{
    public HostStartException(string message)
        : base(message)
    {
    }

    public HostStartException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
