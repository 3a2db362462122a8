namespace LoraFaaS.Attacks.Resources;

/// <summary>Fills the worker's memory and its log's disk through what it prints: a line without end, and lines without end.</summary>
public sealed class FloodOutput : Attack
{
    private const int Megabytes = 8;
    private const int Lines = 20_000;

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        using var output = Console.OpenStandardOutput();
        var block = new byte[1 << 20];
        Array.Fill(block, (byte)'x');

        for (var i = 0; i < Megabytes; i++)
        {
            output.Write(block);
        }

        var line = "\nflood\n"u8.ToArray();

        for (var i = 0; i < Lines; i++)
        {
            output.Write(line);
        }

        attempts.Refuse($"printed {Megabytes} MiB and {Lines} lines; what became of them the worker's side sees");
    }
}
