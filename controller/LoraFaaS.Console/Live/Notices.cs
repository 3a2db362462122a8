using Radzen;

namespace LoraFaaS.Console.Live;

/// <summary>What was done, or could not be, said in the corner of the page.</summary>
internal sealed class Notices(NotificationService notifications)
{
    public void Say(string text) => notifications.Notify(NotificationSeverity.Success, text, duration: 4_000);

    public void Fail(string text) => notifications.Notify(NotificationSeverity.Error, "Not done", text, duration: 10_000);
}
