using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Resources;

/// <summary>Multiplies. A child that were born would end at once: the bomb is in being allowed to.</summary>
public sealed class ForkBomb : Attack
{
    private const int Fork = 57, Clone = 56, Exit = 231, ChildSignal = 17, Rounds = 200;

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        for (var i = 0; i < Rounds; i++)
        {
            // vfork is left out: it would run the rest of this on the parent's stack.
            foreach (var (name, call, flags) in (ReadOnlySpan<(string, int, int)>)[("fork", Fork, 0), ("clone", Clone, ChildSignal)])
            {
                var (localCall, localFlags) = (call, flags);
                var child = Libc.syscall(localCall, localFlags, 0, 0, 0, 0, 0);

                if (child == 0)
                {
                    Libc.syscall(Exit, 0, 0, 0, 0, 0, 0);
                }

                if (child > 0)
                {
                    attempts.Succeed(name);
                    return;
                }
            }
        }

        attempts.Refuse($"{Rounds} times fork and clone");
    }
}
