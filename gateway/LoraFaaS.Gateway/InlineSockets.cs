namespace LoraFaaS.Gateway;

/// <summary>
/// What waits for a socket goes on upon the thread that saw it ready, one thread for each processor, instead of being handed to the thread pool: a call
/// passes four such hand-overs, and they were a sixth of its processor time. It holds up the other sockets of that thread until it waits again, so nothing
/// here may block, and what computes for long moves to the pool first (<see cref="Admission.BodyReader"/>).
/// </summary>
internal static class InlineSockets
{
    /// <summary>Read by the runtime when the first socket is made; there is no other way to say it.</summary>
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private static readonly Lazy<bool> IsOn = new(() => Environment.GetEnvironmentVariable(Variable) == "1");

    /// <summary>In this process.</summary>
    public static bool AreOn => IsOn.Value;

    /// <summary>The sockets' thread that this runs upon, which watches some of the sockets from their first to their last byte; 0: it is another thread.</summary>
    public static int Here => IsOn.Value && !Thread.CurrentThread.IsThreadPoolThread ? Environment.CurrentManagedThreadId : 0;

    /// <summary>Unless somebody has said otherwise.</summary>
    public static void Prefer()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
