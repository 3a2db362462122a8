using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Resources;

/// <summary>Touches memory until there is none. The group's limit ends it, and nobody else.</summary>
public sealed unsafe class ExhaustMemory : Attack
{
    private const int ReadWrite = 3, PrivateAnonymous = 0x22;
    private const nuint Block = 32 << 20;
    private const long TooMuch = 8L << 30;

    public override IReadOnlyList<string> StoppedBy => ["memory"];

    public override bool IsDeadly => true;

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        for (long taken = 0; taken < TooMuch; taken += (long)Block)
        {
            var block = Libc.mmap(0, Block, ReadWrite, PrivateAnonymous, -1, 0);

            if (block < 0)
            {
                attempts.Refuse($"mmap after {taken >> 20} MiB");
                return;
            }

            for (nuint at = 0; at < Block; at += 4_096)
            {
                ((byte*)block)[at] = 1;
            }
        }

        attempts.Succeed($"touched {TooMuch >> 20} MiB");
    }
}
