namespace LoraFaaS.Attacks.Memory;

/// <summary>Writes to the backbone as if it were one's own. The processor refuses, and the process ends.</summary>
public sealed unsafe class WriteBackbone : Attack
{
    public override bool IsDeadly => true;

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        if (target.Backbone == 0)
        {
            attempts.Refuse("it has no backbone");
            return;
        }

        *(byte*)(nint)(target.Backbone + (target.BackboneBytes / 2)) = 0x5A;
        attempts.Succeed("wrote to the backbone and lived");
    }
}
