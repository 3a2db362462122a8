using LoraFaaS.Contracts.Units;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LoraFaaS.Cli.Output;

/// <summary>How many bytes have come, where nobody knows how many there are.</summary>
internal sealed class CountColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(new ByteSize((long)task.Value).ToString());
}
