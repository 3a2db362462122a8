using System.Threading.Channels;
using LoraFaaS.Policies.Forecasting.Learning;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>Lessons on their way from the forecaster to the school. Full means the oldest goes: the newest teach most.</summary>
public sealed class LessonInbox
{
    private readonly Channel<Lesson> _lessons = Channel.CreateBounded<Lesson>(
        new BoundedChannelOptions(ReplayBuffer.Capacity) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.DropOldest });

    public ChannelReader<Lesson> Reader => _lessons.Reader;

    internal void Offer(Lesson lesson) => _lessons.Writer.TryWrite(lesson);
}
