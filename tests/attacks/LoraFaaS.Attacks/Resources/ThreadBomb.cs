namespace LoraFaaS.Attacks.Resources;

/// <summary>Starts threads without end. There is an end, far below the machine's.</summary>
public sealed class ThreadBomb : Attack
{
    private const int TooMany = 2_000;

    public override IReadOnlyList<string> StoppedBy => ["user", "threads"];

    /// <summary>The runtime does not outlive a thread it could not start at a bad moment.</summary>
    public override bool IsDeadly => true;

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        using var end = new ManualResetEvent(initialState: false);
        var started = 0;

        try
        {
            while (started < TooMany)
            {
                new Thread(() => end.WaitOne(), 64 << 10) { IsBackground = true }.Start();
                started++;
            }

            attempts.Succeed($"{started} threads");
        }
        catch (Exception refused)
        {
            attempts.Refuse($"no more than {started} threads: {refused.GetType().Name}");
        }

        end.Set();
    }
}
