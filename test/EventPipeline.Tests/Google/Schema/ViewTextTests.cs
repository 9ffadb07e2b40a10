using EventPipeline.Google.Schema;

namespace EventPipeline.Tests.Google.Schema;

public sealed class ViewTextTests
{
    private const string Query = "SELECT f.*\nFROM `my-project`.d.usage_versions AS f\nWHERE note = 'a  -- b'";

    [Theory]
    [InlineData("SELECT f.* FROM `my-project`.d.usage_versions AS f WHERE note = 'a  -- b';")]
    [InlineData("SELECT f.* FROM `my-project.d.usage_versions` AS f WHERE note = 'a  -- b'")]
    [InlineData("SELECT f.* FROM `my-project`.`d`.`usage_versions` AS f WHERE note = 'a  -- b'")]
    [InlineData("SELECT f.* FROM my-project.d.usage_versions AS f WHERE note = 'a  -- b'")]
    [InlineData("SELECT f.* FROM d.usage_versions AS f WHERE note = 'a  -- b'")]
    [InlineData("-- why\nSELECT f.* /* all */ FROM d.usage_versions AS f # here\nWHERE note='a  -- b'\n")]
    public void Queries_that_say_the_same_are_the_same(string other) =>
        ViewText.AreSame(new DatasetName("my-project", "d"), Query, other).ShouldBeTrue();

    [Theory]
    [InlineData("SELECT f.* FROM d.usage_versions AS f WHERE note = 'a -- b'")]
    [InlineData("SELECT f.* FROM e.usage_versions AS f WHERE note = 'a  -- b'")]
    [InlineData("SELECT f.* FROM `other`.d.usage_versions AS f WHERE note = 'a  -- b'")]
    [InlineData("SELECT f.* FROM d.usage_versions AS f")]
    [InlineData("SELECT f.* FROM d.usage_versions AS f WHERE note = 'A  -- b'")]
    public void Queries_that_say_something_else_differ(string other) =>
        ViewText.AreSame(new DatasetName("my-project", "d"), Query, other).ShouldBeFalse();
}
