using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Resources;

/// <summary>Does what is allowed again and again: each opening of a file is asked of the worker, whose processor time answers it.</summary>
public sealed class FloodOpenings : Attack
{
    private const int ReadOnly = 0x80000, Times = 6_000, Threads = 4;

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(Open)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        attempts.Refuse($"{Times} openings: nothing that it may not");
    }

    private static void Open()
    {
        for (var i = 0; i < Times / Threads; i++)
        {
            Libc.close(Libc.open("/dev/null", ReadOnly, 0));
        }
    }
}
